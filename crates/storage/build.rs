//! Has the crate compiled anew where a migration is added: the compiler itself only sees those that it knew already.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
