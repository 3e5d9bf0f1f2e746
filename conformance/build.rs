//! The scenarios are built in: a new or changed one makes a new program.

fn main() {
    println!("cargo::rerun-if-changed=../scenarios");
}
