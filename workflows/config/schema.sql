-- Every table of `operations.sqlite`: what only people, closes and the schedule know, and nothing can load again.
-- Instants are ISO 8601 in UTC, days ISO dates of the business. A row is never changed or deleted (but for `last_read`,
-- `drafts` and old `login_events`); each trigger's message says what to do instead. `operations_database` applies this file to a
-- database that was made by another version of it, so every statement must be repeatable. A table or trigger that
-- exists is left as it is: a changed one needs a migration, which drops or alters the old one, in
-- `operations_database`.

-- One row for each receipt, repack, adjustment or count that an operator entered.
create table if not exists entries (
    seq integer primary key autoincrement,
    entry_id text not null unique,
    entry_type text not null check (entry_type in ('receive', 'repack', 'adjust_up', 'adjust_down', 'count')),
    entry_date text not null,
    sku_code text not null,
    lot_number text,
    quantity integer not null,
    counted_quantity integer,
    expected_quantity integer,
    reason text,
    note text,
    actor text not null,
    entered_at text not null,
    corrects text,
    seen_by_count integer
) strict;
create trigger if not exists entries_are_never_changed before update on entries
begin select raise(abort, 'entries are never changed: correct one by another'); end;
create trigger if not exists entries_are_never_deleted before delete on entries
begin select raise(abort, 'entries are never deleted: correct one by another'); end;

-- One row for each count or entry that somebody has begun on the page and neither booked nor cancelled; `content` is
-- JSON. It is no fact yet: it changes with each field and goes when it is booked.
create table if not exists drafts (
    draft_id text primary key,
    kind text not null check (kind in ('receive', 'adjust', 'count')),
    actor text not null,
    content text not null,
    changed_at text not null
) strict;

-- One row for each thing that an operator said of a lot: a state (active, quarantined, retired) from a day on, its expiry
-- date, or both. `expires` is a day, or `none` when no date is kept any more; null says nothing about it.
create table if not exists lot_states (
    seq integer primary key autoincrement,
    state_id text not null unique,
    sku_code text not null,
    lot_number text not null,
    status text check (status in ('active', 'quarantined', 'retired')),
    valid_from text not null,
    reason text,
    note text,
    actor text not null,
    entered_at text not null,
    expires text check (expires = 'none' or expires like '____-__-__'),
    check (status is not null or expires is not null),
    check (status is null or reason is not null)
) strict;
create trigger if not exists lot_states_are_never_changed before update on lot_states
begin select raise(abort, 'lot_states are never changed: correct one by another'); end;
create trigger if not exists lot_states_are_never_deleted before delete on lot_states
begin select raise(abort, 'lot_states are never deleted: correct one by another'); end;

-- One row for each time somebody acknowledged an exception for its cause, or took that back.
create table if not exists acknowledgements (
    seq integer primary key autoincrement,
    exception_id text not null,
    cause text not null,
    is_taken_back integer not null check (is_taken_back in (0, 1)),
    note text not null,
    actor text not null,
    acknowledged_at text not null
) strict;
create trigger if not exists acknowledgements_are_never_changed before update on acknowledgements
begin select raise(abort, 'acknowledgements are never changed: take one back by another row'); end;
create trigger if not exists acknowledgements_are_never_deleted before delete on acknowledgements
begin select raise(abort, 'acknowledgements are never deleted: take one back by another row'); end;

-- One row for each time somebody switched a scheduled job on or off.
create table if not exists switch_turns (
    seq integer primary key autoincrement,
    name text not null,
    is_on integer not null check (is_on in (0, 1)),
    actor text not null,
    turned_at text not null
) strict;
create trigger if not exists switch_turns_are_never_changed before update on switch_turns
begin select raise(abort, 'switch_turns are never changed: turn it by another row'); end;
create trigger if not exists switch_turns_are_never_deleted before delete on switch_turns
begin select raise(abort, 'switch_turns are never deleted: turn it by another row'); end;

-- One row for each version of each closed day, week or month; `facts` is JSON.
create table if not exists closes (
    seq integer primary key autoincrement,
    kind text not null check (kind in ('eod', 'eow', 'eom')),
    period text not null,
    version integer not null,
    run_id text not null,
    actor text not null,
    closed_at text not null,
    snapshot text not null,
    facts text not null,
    unique (kind, period, version),
    unique (kind, period, run_id)
) strict;
create trigger if not exists closes_are_never_changed before update on closes
begin select raise(abort, 'closes are never changed: close again as a new version'); end;
create trigger if not exists closes_are_never_deleted before delete on closes
begin select raise(abort, 'closes are never deleted: close again as a new version'); end;

-- One row for each close of a month; its lines are in `frozen/<month>.parquet`, whose hash is `evidence_hash`.
create table if not exists frozen_months (
    seq integer primary key autoincrement,
    month text not null check (month like '____-__-01'),
    version integer not null,
    content_hash text not null,
    evidence_hash text not null,
    snapshot text not null,
    run_id text not null unique,
    actor text not null,
    closed_at text not null,
    unique (month, version)
) strict;
create trigger if not exists frozen_months_are_never_changed before update on frozen_months
begin select raise(abort, 'frozen_months are never changed: a change is a restatement in the next month'); end;
create trigger if not exists frozen_months_are_never_deleted before delete on frozen_months
begin select raise(abort, 'frozen_months are never deleted: a change is a restatement in the next month'); end;

-- One row for each close of a week.
create table if not exists closed_weeks (
    seq integer primary key autoincrement,
    week_start_date text not null,
    version integer not null,
    snapshot text not null,
    run_id text not null unique,
    actor text not null,
    closed_at text not null,
    unique (week_start_date, version)
) strict;
create trigger if not exists closed_weeks_are_never_changed before update on closed_weeks
begin select raise(abort, 'closed_weeks are never changed: a change is a restatement in the next month'); end;
create trigger if not exists closed_weeks_are_never_deleted before delete on closed_weeks
begin select raise(abort, 'closed_weeks are never deleted: a change is a restatement in the next month'); end;

-- The last read of ShipStation that was loaded: one row, replaced by each load.
create table if not exists last_read (
    only_row integer primary key check (only_row = 1),
    read_at text not null,
    watermark text
) strict;

-- One row for each comparison of open orders' units, in ShipStation's payloads and in the models; `differences` is JSON.
create table if not exists open_units (
    seq integer primary key autoincrement,
    run_id text not null,
    measured_at text not null,
    units_there integer not null,
    units_here integer not null,
    differences text not null
) strict;
create trigger if not exists open_units_are_never_changed before update on open_units
begin select raise(abort, 'open_units are never changed: another row says what is new'); end;
create trigger if not exists open_units_are_never_deleted before delete on open_units
begin select raise(abort, 'open_units are never deleted: another row says what is new'); end;

-- One row for each day that has ended, with the figures of the home's operation that no table has later. Homes of
-- earlier releases have more columns, which nothing reads.
create table if not exists key_figures (
    day text primary key,
    noted_at text not null,
    api_requests real,
    sync_count real,
    repairs real,
    sync_seconds real,
    watermark_age_minutes real,
    open_orders real,
    open_units real,
    ghosts real,
    exceptions real
) strict;
create trigger if not exists key_figures_are_never_changed before update on key_figures
begin select raise(abort, 'key_figures are never changed: another row says what is new'); end;
create trigger if not exists key_figures_are_never_deleted before delete on key_figures
begin select raise(abort, 'key_figures are never deleted: another row says what is new'); end;

-- One row for each event of a shop order on its way to ShipStation; `sending` is written before the request.
create table if not exists uploads (
    seq integer primary key autoincrement,
    run_id text not null,
    order_key text not null,
    order_number text not null,
    event text not null check (event in ('sending', 'uploaded', 'refused', 'held')),
    detail text,
    shipstation_order_id integer,
    lines text,
    noted_at text not null
) strict;
create index if not exists uploads_by_key on uploads (order_key, seq);
create trigger if not exists uploads_are_never_changed before update on uploads
begin select raise(abort, 'uploads are never changed: another row says what is new'); end;
create trigger if not exists uploads_are_never_deleted before delete on uploads
begin select raise(abort, 'uploads are never deleted: another row says what is new'); end;

-- One row for each mail of the outbox.
create table if not exists mails (
    mail_key text primary key,
    sender text not null,
    recipients text not null,
    subject text not null,
    body text not null,
    attachments text not null,
    queued_at text not null
) strict;
create trigger if not exists mails_are_never_changed before update on mails
begin select raise(abort, 'mails are never changed: another row says what is new'); end;
create trigger if not exists mails_are_never_deleted before delete on mails
begin select raise(abort, 'mails are never deleted: another row says what is new'); end;

-- One row for each event of a mail on its way to one recipient.
create table if not exists mail_events (
    seq integer primary key autoincrement,
    mail_key text not null references mails (mail_key),
    recipient text not null,
    event text not null
        check (event in ('queued', 'attempted', 'handing_over', 'sent', 'failed', 'given_up', 'retried')),
    detail text not null,
    happened_at text not null
) strict;
create index if not exists mail_events_by_mail on mail_events (mail_key, recipient, seq);
create trigger if not exists mail_events_are_never_changed before update on mail_events
begin select raise(abort, 'mail_events are never changed: another event follows'); end;
create trigger if not exists mail_events_are_never_deleted before delete on mail_events
begin select raise(abort, 'mail_events are never deleted: another event follows'); end;

-- One row for each login, refusal and logout of the page. `user_name` is null for a name that is not in the users file.
-- `session_key` is a hash that names a login at the identity provider, which is recorded once.
-- After `thresholds.KEPT_LOGINS`, `cleanup` may delete a row.
create table if not exists login_events (
    seq integer primary key autoincrement,
    event text not null check (event in ('login', 'refusal', 'logout')),
    user_name text,
    address text not null,
    reason text,
    happened_at text not null,
    session_key text
) strict;
create index if not exists login_events_by_time on login_events (happened_at);
create trigger if not exists login_events_are_never_changed before update on login_events
begin select raise(abort, 'login_events are never changed: another row says what is new'); end;
create trigger if not exists login_events_are_never_deleted before delete on login_events
when julianday(old.happened_at) > julianday('now') - 400
begin select raise(abort, 'login_events are kept for 400 days'); end;

-- One row for each time a check began to fail (`is_on` = 1) or stopped failing (0).
create table if not exists alarm_turns (
    seq integer primary key autoincrement,
    alarm_key text not null,
    is_on integer not null check (is_on in (0, 1)),
    level text not null,
    title text not null,
    detail text not null,
    turned_at text not null
) strict;
create trigger if not exists alarm_turns_are_never_changed before update on alarm_turns
begin select raise(abort, 'alarm_turns are never changed: another row says what is new'); end;
create trigger if not exists alarm_turns_are_never_deleted before delete on alarm_turns
begin select raise(abort, 'alarm_turns are never deleted: another row says what is new'); end;

-- One row for each daily digest, with the last row of `alarm_turns` that it covers.
create table if not exists alarm_digests (
    seq integer primary key autoincrement,
    last_turn integer not null,
    told_at text not null
) strict;
create trigger if not exists alarm_digests_are_never_changed before update on alarm_digests
begin select raise(abort, 'alarm_digests are never changed: another row says what is new'); end;
create trigger if not exists alarm_digests_are_never_deleted before delete on alarm_digests
begin select raise(abort, 'alarm_digests are never deleted: another row says what is new'); end;

-- One row for each critical failure that was mailed; `turn` is its row in `alarm_turns`.
create table if not exists alarm_mails (
    seq integer primary key autoincrement,
    turn integer not null unique,
    alarm_key text not null,
    mail_key text not null,
    mailed_at text not null
) strict;
create trigger if not exists alarm_mails_are_never_changed before update on alarm_mails
begin select raise(abort, 'alarm_mails are never changed: another row says what is new'); end;
create trigger if not exists alarm_mails_are_never_deleted before delete on alarm_mails
begin select raise(abort, 'alarm_mails are never deleted: another row says what is new'); end;

-- One row for each check of each run of `health`.
create table if not exists health_results (
    seq integer primary key autoincrement,
    checked_at text not null,
    snapshot text not null,
    name text not null,
    is_ok integer not null check (is_ok in (0, 1)),
    detail text not null
) strict;
create trigger if not exists health_results_are_never_changed before update on health_results
begin select raise(abort, 'health_results are never changed: another row says what is new'); end;
create trigger if not exists health_results_are_never_deleted before delete on health_results
begin select raise(abort, 'health_results are never deleted: another row says what is new'); end;

-- One row for each comparison with the former system; `facts` is JSON.
create table if not exists parity_runs (
    seq integer primary key autoincrement,
    run_id text not null unique,
    actor text,
    source text not null,
    criteria text not null,
    since text not null,
    until text not null,
    unexplained integer not null,
    orders_compared integer not null,
    facts text not null
) strict;
create trigger if not exists parity_runs_are_never_changed before update on parity_runs
begin select raise(abort, 'parity_runs are never changed: another row says what is new'); end;
create trigger if not exists parity_runs_are_never_deleted before delete on parity_runs
begin select raise(abort, 'parity_runs are never deleted: another row says what is new'); end;

-- One row for each difference that a comparison found.
create table if not exists parity_differences (
    seq integer primary key autoincrement,
    run_id text not null,
    area text not null,
    order_number text,
    sku text,
    field text not null,
    ours text,
    theirs text,
    kind text not null check (kind in ('unexplained', 'known_failure', 'timing', 'scope')),
    rule text
) strict;
create index if not exists parity_differences_by_run on parity_differences (run_id);
create trigger if not exists parity_differences_are_never_changed before update on parity_differences
begin select raise(abort, 'parity_differences are never changed: another row says what is new'); end;
create trigger if not exists parity_differences_are_never_deleted before delete on parity_differences
begin select raise(abort, 'parity_differences are never deleted: another row says what is new'); end;

-- One row for each step of a cutover from the former system or of its rollback; `facts` is JSON.
create table if not exists cutovers (
    seq integer primary key autoincrement,
    event text not null check (event in ('begun', 'done', 'rollback begun', 'rolled back')),
    actor text not null,
    source text not null,
    noted_at text not null,
    facts text not null
) strict;
create trigger if not exists cutovers_are_never_changed before update on cutovers
begin select raise(abort, 'cutovers are never changed: another row says what is new'); end;
create trigger if not exists cutovers_are_never_deleted before delete on cutovers
begin select raise(abort, 'cutovers are never deleted: another row says what is new'); end;
