//! Work on list files without a database: cleaning and linkage.
