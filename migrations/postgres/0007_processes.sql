-- Which processes there are, so that one that is alone may remember who asks with which token or session and need not ask for it again.
-- All moments are those of the database's clock.

CREATE TABLE processes (
    id              UUID PRIMARY KEY,
    -- When it last said that it is there.
    seen_at         TIMESTAMPTZ NOT NULL,
    -- Up to here it relies on being the only one that changes who may what.
    alone_until     TIMESTAMPTZ
);

-- Whoever changes who may what (another process, a program of an earlier version, somebody with psql) waits here until nobody relies
-- on what it is about to change, a second at most, and while it is at it nobody begins to. A process that is the only one and says which
-- it is (the setting vitrine.process, of its connections) knows of its own changes and waits for nobody.
--
-- 1986622578 is the lock of those who wait, held up to the end of their transaction, and exclusively by who begins to rely. 1986622579
-- is that of those who do not wait, by process: another process that comes to be alone sees by it that they are at it.
--
-- This is exact unless the database's clock jumps forward while somebody relies, or the machine of whoever relies is paused so that its
-- own clock does not notice: then they rely on what is no longer so for 0.9 seconds at most.
--
-- It runs with the rights of whoever makes the change: they have to be allowed to read the table.
CREATE FUNCTION wait_until_nobody_relies() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    -- Anybody can set it to anything.
    me          TEXT := current_setting('vitrine.process', TRUE);
    seconds     DOUBLE PRECISION := 1;
BEGIN
    IF current_setting('transaction_isolation') IN ('read committed', 'read uncommitted') THEN
        IF me <> '' THEN
            PERFORM pg_advisory_xact_lock_shared(1986622579, hashtext(me));
            IF (
                SELECT bool_or(id::text = me) AND NOT bool_or(id::text <> me AND seen_at > clock_timestamp() - INTERVAL '90 seconds')
                FROM processes
            ) THEN
                RETURN NULL;
            END IF;
        END IF;
        PERFORM pg_advisory_xact_lock_shared(1986622578, 0);
        seconds := (SELECT extract(epoch FROM max(alone_until) - clock_timestamp()) FROM processes WHERE id::text IS DISTINCT FROM me);
    ELSE
        -- Here the table is seen as it was at the beginning: there is no telling who relies. An earlier statement of this transaction that
        -- has the lock has waited for all.
        IF EXISTS (
            SELECT FROM pg_locks
            WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND classid = 1986622578 AND objid = 0 AND objsubid = 2 AND granted
        ) THEN
            RETURN NULL;
        END IF;
        PERFORM pg_advisory_xact_lock_shared(1986622578, 0);
    END IF;
    IF seconds > 0 THEN
        -- No longer than one relies, wherever the clock was put.
        PERFORM pg_sleep(LEAST(seconds, 1));
    END IF;
    RETURN NULL;
END
$$;

-- What is only added says nothing about what was there, but for memberships: a person's stores are known with them.
CREATE TRIGGER nobody_relies BEFORE UPDATE OR DELETE OR TRUNCATE ON stores FOR EACH STATEMENT EXECUTE FUNCTION wait_until_nobody_relies();
CREATE TRIGGER nobody_relies BEFORE UPDATE OR DELETE OR TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION wait_until_nobody_relies();
CREATE TRIGGER nobody_relies BEFORE UPDATE OR DELETE OR TRUNCATE ON sessions FOR EACH STATEMENT EXECUTE FUNCTION wait_until_nobody_relies();
CREATE TRIGGER nobody_relies BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON memberships
    FOR EACH STATEMENT EXECUTE FUNCTION wait_until_nobody_relies();
-- All but the last use.
CREATE TRIGGER nobody_relies BEFORE UPDATE OF id, store_num, user_id, secret_hash, scopes, log_in, expires_at OR DELETE OR TRUNCATE ON api_tokens
    FOR EACH STATEMENT EXECUTE FUNCTION wait_until_nobody_relies();
