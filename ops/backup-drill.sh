#!/usr/bin/env bash
# Tries backup and restore, so that nobody has to believe docs/operations.md: a PostgreSQL of its own in a temporary folder,
# Posthorn's schema with some rows, then
#   1. pg_dump, and a restore into another database
#   2. a base backup with archived write-ahead log, a mistake, and a recovery to the moment before it
# and compares the rows after each. Needs the server and client programs of PostgreSQL 15 or newer (PG_BIN), Node and a build.
# Not as root: PostgreSQL refuses that.
set -euo pipefail
PG_BIN=${PG_BIN:-$(dirname "$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb | tail -1)")}
POSTHORN=${POSTHORN:-$(cd "$(dirname "$0")/.." && pwd)}
PORT=${DRILL_PORT:-55433}
work=$(mktemp -d)
export PGHOST=127.0.0.1 PGPORT=$PORT PGUSER=posthorn

stop() { "$PG_BIN/pg_ctl" -D "$1" -m fast -w stop >/dev/null 2>&1 || true; }
trap 'stop "$work/data"; stop "$work/recovered"; rm -rf "$work"' EXIT

start() {
  "$PG_BIN/pg_ctl" -D "$1" -w -l "$1.log" -o "-p $PORT -k $work -c listen_addresses=127.0.0.1" start >/dev/null ||
    { tail -20 "$1.log"; exit 1; }
}
sql() { "$PG_BIN/psql" -qAt -d "$1" -c "$2"; }
# What there is, in a line: rows of each large table, and a digest of the payloads.
state() {
  sql "$1" "SELECT (SELECT count(*) FROM events) || ' events, ' || (SELECT count(*) FROM deliveries) || ' deliveries, '
            || (SELECT count(*) FROM attempts) || ' attempts, '
            || (SELECT md5(string_agg(data, '|' ORDER BY id)) FROM events)"
}
emit() { # how many
  sql posthorn "
    WITH stored AS (
      INSERT INTO events (id, tenant_id, type, data, occurred_at, delivery_count, created_at)
      SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || '8000'
              || substr(md5(random()::text), 1, 12))::uuid,
             '01990000-0000-7000-8000-00000000000a', 'invoice.paid', '{\"n\": ' || n || '.0}', now(), 1, now()
        FROM generate_series(1, $1) n RETURNING id)
    INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, event_type, status, leased, due_at, epoch, trigger, created_at)
    SELECT id, '01990000-0000-7000-8000-00000000000a', '01990000-0000-7000-8000-00000000000b', id, 'invoice.paid', 'pending',
           false, now(), 1, 'emit', now() FROM stored"
}
same() { # what, expected, found
  if [[ $2 == "$3" ]]; then echo "ok     $1: $3"; else echo "WRONG  $1: expected $2, found $3"; exit 1; fi
}

echo "PostgreSQL: $("$PG_BIN/postgres" --version)"
"$PG_BIN/initdb" -D "$work/data" -U posthorn --auth=trust >/dev/null
mkdir "$work/archive"
cat >>"$work/data/postgresql.conf" <<CONF
archive_mode = on
archive_command = 'test ! -f $work/archive/%f && cp %p $work/archive/%f'
CONF
start "$work/data"
"$PG_BIN/createdb" posthorn
(cd "$POSTHORN" && DATABASE_URL="postgres://posthorn@127.0.0.1:$PORT/posthorn" node dist/src/cli/main.js migrate)
emit 1000
before=$(state posthorn)

echo; echo '1. pg_dump and pg_restore'
"$PG_BIN/pg_dump" --format=custom --file="$work/posthorn.dump" posthorn
"$PG_BIN/createdb" restored
"$PG_BIN/pg_restore" --exit-on-error --no-owner --dbname=restored "$work/posthorn.dump"
same 'the restored database' "$before" "$(state restored)"
(cd "$POSTHORN" && DATABASE_URL="postgres://posthorn@127.0.0.1:$PORT/restored" node dist/src/cli/main.js migrate)
same 'migrating it again changes nothing' "$before" "$(state restored)"

echo; echo '2. base backup and point-in-time recovery'
"$PG_BIN/pg_basebackup" --pgdata="$work/recovered" --checkpoint=fast
emit 500
wanted=$(state posthorn)
moment=$(sql posthorn "SELECT clock_timestamp()")
sleep 1
sql posthorn "DELETE FROM deliveries"
sql posthorn "SELECT pg_switch_wal()" >/dev/null
echo "       the mistake: $(state posthorn)"
stop "$work/data"
cat >>"$work/recovered/postgresql.conf" <<CONF
restore_command = 'cp $work/archive/%f %p'
recovery_target_time = '$moment'
recovery_target_action = 'promote'
archive_mode = off
CONF
touch "$work/recovered/recovery.signal"
start "$work/recovered"
for _ in $(seq 60); do
  [[ $(sql posthorn 'SELECT pg_is_in_recovery()') == f ]] && break
  sleep 0.5
done
same 'the moment before the mistake' "$wanted" "$(state posthorn)"
echo; echo 'Both ways back work.'
