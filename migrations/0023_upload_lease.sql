-- An upload says how long it may be silent: whoever is killed in the middle of one is known by it, on any node.

alter table import add column upload_until timestamptz;
