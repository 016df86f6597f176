//! Making registrations one after another, all or none.

use bellhop_storage::RegistrationRow;

use super::context::Context;
use super::vendor::NotMade;
use super::wanted::Wanted;
use super::{LifecycleError, transition};

/// Some registration was not made, and those made before it were taken back.
pub(super) struct Failed {
    /// Why, for the user.
    pub(super) error: LifecycleError,
    /// The registrations as they are now, each written down so.
    pub(super) rows: Vec<RegistrationRow>,
    /// Whether it is sure that nothing of them is left at a vendor.
    pub(super) clean: bool,
}

impl Context {
    /// Makes all of `begun`, which are written down as about to be made. What the vendor gave for each is written down
    /// before the next is made; that they are active is for the caller to write, in one commit with what depends on it.
    pub(super) async fn make_all(
        &self,
        begun: Vec<(Wanted, RegistrationRow)>,
    ) -> Result<Vec<RegistrationRow>, Failed> {
        let mut made: Vec<RegistrationRow> = Vec::new();
        let mut waiting = begun.into_iter();
        while let Some((wanted, mut row)) = waiting.next() {
            let Err(not_made) = self.make_one(&wanted, &mut row).await else {
                made.push(row);
                continue;
            };
            let mut failed = Failed { error: not_made.error, rows: Vec::new(), clean: not_made.clean };
            let words = failed.error.to_string();
            self.settle(&mut row, Some(words), not_made.clean).await;
            failed.rows.push(row);
            for (_, mut row) in waiting {
                self.settle(&mut row, None, true).await;
                failed.rows.push(row);
            }
            failed.clean &= self.take_back(&mut made).await;
            failed.rows.append(&mut made);
            return Err(failed);
        }
        Ok(made)
    }

    async fn make_one(&self, wanted: &Wanted, row: &mut RegistrationRow) -> Result<(), NotMade> {
        let _share = self.share_locked_for(row).await?;
        let Some(given) = self.make(row, wanted).await? else { return Ok(()) };
        transition::keep(row, given, self.now());
        if let Err(error) = self.save(row).await {
            // What cannot be stored cannot be used: its key would be lost with this process.
            let clean = self.take_down_alone(row).await.is_ok();
            return Err(NotMade { error, clean });
        }
        Ok(())
    }

    /// Takes what was made off its vendor again. True where all of it is gone.
    pub(super) async fn take_back(&self, made: &mut [RegistrationRow]) -> bool {
        let mut clean = true;
        for row in made {
            clean &= match self.dispose(row).await {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(registration = %row.id, %error, "a registration could not be taken back");
                    false
                }
            };
        }
        clean
    }

    /// Takes one registration off its vendor, whatever state it is in, and writes that down before and after.
    pub(super) async fn dispose(&self, row: &mut RegistrationRow) -> Result<(), LifecycleError> {
        transition::end(row, self.now())?;
        self.save(row).await?;
        if let Err(error) = self.take_down(row).await {
            transition::lose(row, error.to_string(), self.now())?;
            self.save(row).await?;
            return Err(error);
        }
        transition::gone(row, self.now())?;
        self.save(row).await
    }

    /// Writes down that a registration was not made. That this may fail changes nothing of what is reported: the row
    /// says then that it was about to be made, and whoever takes it up next looks for what is left of it.
    async fn settle(&self, row: &mut RegistrationRow, words: Option<String>, clean: bool) {
        let now = self.now();
        let settled = if clean {
            transition::refuse(row, words, now)
        } else {
            transition::lose(row, words.unwrap_or_default(), now)
        };
        let saved = match settled {
            Ok(()) => self.save(row).await,
            Err(illegal) => Err(illegal.into()),
        };
        if let Err(error) = saved {
            tracing::error!(registration = %row.id, %error, "the outcome of a registration is not stored");
        }
    }
}
