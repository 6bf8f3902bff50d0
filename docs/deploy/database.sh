#!/bin/sh
# Run once, when the database is made: the adapter's own role owns its database and may do nothing else. It must be no
# superuser, for the walls between the sites (row-level security) do not hold for one.
set -eu
psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE natars LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'password';
ALTER DATABASE natars OWNER TO natars;
REVOKE CONNECT ON DATABASE natars FROM PUBLIC;
SQL
