//! PostgreSQL's own programs do for its databases what is done here for files.

use url::Url;

/// The database's URL without what nobody else is to see.
fn shown(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return "postgres://…".to_owned() };
    // An error means that there is no place for a password.
    let _ = url.set_password(None);
    url.set_query(None);
    url.to_string()
}

/// The command that saves such a database.
pub(super) fn dump(url: &str, file: &str) -> String {
    format!("pg_dump --format=custom --file={file} '{}'", shown(url))
}

/// The command that puts it back.
pub(super) fn restore(url: &str, file: &str) -> String {
    format!("pg_restore --clean --if-exists --single-transaction --dbname='{}' {file}", shown(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_the_database_and_no_password() {
        let url = "postgres://bell:hunter2@db.example:5433/hop?sslmode=require&password=hunter2";
        assert_eq!(
            dump(url, "a.dump"),
            "pg_dump --format=custom --file=a.dump 'postgres://bell@db.example:5433/hop'"
        );
        assert!(!restore(url, "a.dump").contains("hunter2"));
    }
}
