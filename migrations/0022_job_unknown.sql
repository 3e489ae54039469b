-- Since when no server has known a job's kind: after a day it is put aside, with words.
alter table job add column unknown_since timestamptz;
