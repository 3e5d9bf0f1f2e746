//! The reference destination as a program that speaks the driver protocol on stdio: an example to copy, and the
//! subject of the tests of that protocol.

use cordial_conformance::destination::reference::Reference;
use cordial_conformance::driver::serve_stdio;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    serve_stdio(Reference::new()?).await?;
    Ok(())
}
