//! Addresses of a group that are asked about a second time: whether the server answers by the address, or by how many it
//! was asked about before.

use crate::domain::reply::Reply;

/// A target that was refused, to be asked about again as the recipient with this number (from 0) of the connection.
pub(super) fn refused(targets: &[Reply], number: usize) -> Option<usize> {
    pick(targets, number, |reply| reply.code >= 500)
}

/// As [`refused`], one that was accepted.
pub(super) fn accepted(targets: &[Reply], number: usize) -> Option<usize> {
    pick(targets, number, is_accepted)
}

pub(super) fn is_accepted(reply: &Reply) -> bool {
    matches!(reply.code, 250 | 251)
}

/// Whether both replies say the same of the address. A server may word it differently that it knows a recipient already.
pub(super) fn agree(first: &Reply, second: &Reply) -> bool {
    is_accepted(first) && is_accepted(second) || (first.code, first.enhanced) == (second.code, second.enhanced)
}

/// The earliest that fits; rather one that a server which goes through its replies in turn, by twos or by threes, would
/// answer differently.
fn pick(targets: &[Reply], number: usize, fits: impl Fn(&Reply) -> bool) -> Option<usize> {
    let fitting = || (0..targets.len()).filter(|at| fits(&targets[*at]));
    let tells = |at: &usize| {
        let apart = number.abs_diff(*at);
        !apart.is_multiple_of(2) && !apart.is_multiple_of(3)
    };
    fitting().find(tells).or_else(|| fitting().next())
}
