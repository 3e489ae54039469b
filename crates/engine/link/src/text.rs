//! Text made comparable: folded, measured against other text, and heard.

pub(crate) mod fold;
pub(crate) mod near;
pub(crate) mod sound;
pub(crate) mod spell;
