-- Two roles instead of one: firstcome_owner migrates, firstcome_shop sells. The shop's role can then change no table,
-- and cannot take away the trigger that keeps the audit as it was written. Run once by a superuser, before the first start:
--
--   psql -X -v ON_ERROR_STOP=1 -d firstcome -f db/roles.sql
--   \password firstcome_owner      and of firstcome_shop likewise
--
-- The shop then starts with SPRING_R2DBC_USERNAME=firstcome_shop and SPRING_FLYWAY_USER=firstcome_owner, and both
-- passwords (SPRING_R2DBC_PASSWORD, SPRING_FLYWAY_PASSWORD).
CREATE ROLE firstcome_owner LOGIN;
CREATE ROLE firstcome_shop LOGIN;

GRANT USAGE, CREATE ON SCHEMA public TO firstcome_owner;
GRANT USAGE ON SCHEMA public TO firstcome_shop;

-- Of tables that later migrations make, too. Identity columns need no right of their own.
ALTER DEFAULT PRIVILEGES FOR ROLE firstcome_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO firstcome_shop;

-- A migration of a busy table gives up before it keeps orders waiting (db/README.md, rolling changes).
GRANT SET ON PARAMETER deadlock_timeout TO firstcome_owner;
