//! What a person may ask of this installation without an account: not to be used any more.
//!
//! An opt-out is remembered as keyed hashes of the address, never as the address (claims 157, 171). They hold in
//! every organisation at once, and stay when the person's data is erased: nothing links the two.

mod opt_out;
mod opt_out_page;

use plumb_store::Store;
use plumb_web::Route;

pub use opt_out::suppress;

/// Every route of this crate.
#[must_use]
pub fn routes(store: &Store) -> Vec<Route> {
    let mut routes = opt_out::routes(store);
    routes.extend(opt_out_page::routes(store));
    routes
}
