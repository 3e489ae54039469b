-- Screening again by itself, and what the queue of duplicates shows.

-- Only leads whose number has no answer: numbers that were edited.
alter table dnc_screening add column only_unanswered boolean not null default false;

-- Confidence from which on the queue shows a pair, in per cent.
alter table duplicate_setting
    add column show_from smallint not null default 20 check (show_from between 1 and 90);

-- For the sweep of searches that ended.
create index duplicate_scan_finished on duplicate_scan (org_id, finished_at);
