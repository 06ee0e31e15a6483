// Fills a store with versions, reviews and calls of providers, far faster than runs would: for measuring what reads them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** `versions` versions of the store's first products, `open` of their reviews open, and `calls` calls over a year. */
export function fillWords(server, store, { versions, open, calls }) {
  const run = server.engine === 'sqlite' ? sqlite(server) : postgres(server);
  run(store, versions, open, calls);
}

const SOURCE = { description: '<p>Made to last and easy to care for.</p>'.repeat(20), vendor: 'Hearth', product_type: 'Lamp', category: '', tags: ['oak'] };
const AFTER = '<p>A lamp of solid oak, made to last and easy to care for.</p><ul><li>Oak</li></ul>'.repeat(12);
const DAY = 86_400_000_000;

/** A description of 10 kB; two of different seeds have a third of their sentences in common. */
function long(seed) {
  const word = (n) => `word${(n * 7_919) % 700}`;
  const sentence = (at) => `<p>${Array.from({ length: 18 }, (_, n) => word((at % 3 ? seed * 104_729 : 0) + at * 31 + n)).join(' ')}, made <b>well</b>.</p>`;
  return Array.from({ length: 60 }, (_, at) => sentence(at)).join('').slice(0, 10_000);
}

/** The second open suggestion of the queue: the one whose drawing is timed. */
const SECOND = `(SELECT version_id FROM content_reviews WHERE status = 'open' ORDER BY created_at, id LIMIT 1 OFFSET 1)`;

function sqlite(server) {
  return (store, versions, open, calls) => {
    const now = Date.now() * 1_000;
    const sql = `
      PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN;
      INSERT OR IGNORE INTO asked_briefs VALUES (zeroblob(32), '{}');
      CREATE TEMP TABLE some AS SELECT key, id, store_num, title, product_type, created_seq AS seq, (key & 4294967295) AS ord FROM products
        WHERE store_num = (SELECT num FROM stores WHERE slug = '${store}') AND NOT deleted ORDER BY key LIMIT ${versions};
      CREATE TEMP TABLE made AS SELECT *, randomblob(16) AS version FROM some;
      INSERT INTO optimization_versions (id, store_num, product_key, product_id, number, is_active, run_id, provider_id, model, user_id, fingerprint, reused,
          tokens_in, tokens_out, cost, quality_before, quality_after, seo_before, seo_after, finding_count, created_at, brief_hash, remark, source_versions,
          findings, optimized_title, optimized_seo_title, optimized_seo_description, optimized_tags, optimized_alts, optimized_description, source)
        SELECT version, store_num, key, id, 1, ord % 4 = 1, NULL, zeroblob(16), 'rules', NULL, randomblob(32), 0, 300, 200, 450, 40, 80, 30, 75, ord % 7 = 0,
          ${now} - ord * 1000000, zeroblob(32), '', json_object('title', seq, 'description', seq, 'seo_title', seq, 'seo_description', seq), '[]', title || ', solid oak', title, 'A lamp of solid oak, made to last.', NULL, '{}', '${AFTER}',
          json_set('${JSON.stringify(SOURCE)}', '$.title', title, '$.seo_title', title, '$.seo_description', '', '$.options', json('[]'), '$.facts', json('{}'), '$.images', json('[]'))
        FROM made;
      INSERT INTO content_reviews (id, store_num, version_id, product_key, product_type, run_id, status, odd, assignee_id, created_at, decided_at, decided_by, reason, accepted)
        SELECT randomblob(16), store_num, version, key, product_type, NULL,
          CASE WHEN ord % ${Math.max(1, Math.floor(versions / open))} = 0 THEN 'open' WHEN ord % 4 = 1 THEN 'approved' ELSE 'rejected' END,
          ord % 7 = 0, NULL, ${now} - ord * 1000000, NULL, NULL, '', '[]' FROM made;
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${calls - 1})
      INSERT INTO ai_usage_records (id, store_num, provider_id, model, created_at, tokens_in, tokens_out, cost, milliseconds, outcome, run_id, user_id, product_id, product_type)
        SELECT randomblob(16), (SELECT num FROM stores WHERE slug = '${store}'), CASE i % 3 WHEN 0 THEN zeroblob(16) WHEN 1 THEN x'00000000000000000000000000000001' ELSE x'00000000000000000000000000000002' END, 'model-' || (i % 5),
          ${now} - (i % 365) * ${DAY} - i % 1000, 300 + i % 100, 200 + i % 50, 400 + i % 100, 800 + i % 900, CASE WHEN i % 50 = 0 THEN 'timeout' ELSE 'ok' END,
          NULL, NULL, NULL, 'Type ' || (i % 40) FROM n;
      ${days((id) => `lower(substr(hex(${id}), 1, 8) || '-' || substr(hex(${id}), 9, 4) || '-' || substr(hex(${id}), 13, 4) || '-' || substr(hex(${id}), 17, 4) || '-' || substr(hex(${id}), 21))`)}
      UPDATE optimization_versions SET optimized_description = '${long(2)}', source = json_set(source, '$.description', '${long(1)}') WHERE id = ${SECOND};
      COMMIT; ANALYZE;`;
    const done = spawnSync('sqlite3', [join(server.dir, 'vitrine.db')], { input: sql, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (done.status !== 0 || done.stderr) throw new Error(`sqlite3: ${done.stderr}`);
  };
}

function postgres(server) {
  return (store, versions, open, calls) => {
    const now = Date.now() * 1_000;
    const num = `(SELECT num FROM stores WHERE slug = '${store}')`;
    const zero = `'00000000-0000-0000-0000-00000000000'`;
    const sql = `
      BEGIN;
      INSERT INTO asked_briefs VALUES (decode(repeat('00', 32), 'hex'), '{}') ON CONFLICT DO NOTHING;
      CREATE TEMP TABLE made AS SELECT key, id, store_num, title, product_type, created_seq AS seq, (key & 4294967295) AS ord, gen_random_uuid() AS version FROM products
        WHERE store_num = ${num} AND NOT deleted ORDER BY key LIMIT ${versions};
      INSERT INTO optimization_versions (id, store_num, product_key, product_id, number, is_active, run_id, provider_id, model, user_id, fingerprint, reused,
          tokens_in, tokens_out, cost, quality_before, quality_after, seo_before, seo_after, finding_count, created_at, brief_hash, remark, source_versions,
          findings, optimized_title, optimized_seo_title, optimized_seo_description, optimized_tags, optimized_alts, optimized_description, source)
        SELECT version, store_num, key, id, 1, ord % 4 = 1, NULL, ${zero.slice(0, -1)}0'::uuid, 'rules', NULL, sha256(version::text::bytea), FALSE, 300, 200, 450, 40, 80, 30, 75, (ord % 7 = 0)::int,
          ${now} - ord * 1000000, decode(repeat('00', 32), 'hex'), '',
          json_build_object('title', seq, 'description', seq, 'seo_title', seq, 'seo_description', seq)::text, '[]', title || ', solid oak', title, 'A lamp of solid oak, made to last.', NULL, '{}', '${AFTER}',
          ('${JSON.stringify(SOURCE)}'::jsonb || jsonb_build_object('title', title, 'seo_title', title, 'seo_description', '', 'options', '[]'::jsonb, 'facts', '{}'::jsonb, 'images', '[]'::jsonb))::text
        FROM made;
      INSERT INTO content_reviews (id, store_num, version_id, product_key, product_type, run_id, status, odd, assignee_id, created_at, decided_at, decided_by, reason, accepted)
        SELECT gen_random_uuid(), store_num, version, key, product_type, NULL,
          CASE WHEN ord % ${Math.max(1, Math.floor(versions / open))} = 0 THEN 'open' WHEN ord % 4 = 1 THEN 'approved' ELSE 'rejected' END,
          ord % 7 = 0, NULL, ${now} - ord * 1000000, NULL, NULL, '', '[]' FROM made;
      INSERT INTO ai_usage_records (id, store_num, provider_id, model, created_at, tokens_in, tokens_out, cost, milliseconds, outcome, run_id, user_id, product_id, product_type)
        SELECT gen_random_uuid(), ${num}, (${zero.slice(0, -1)}' || (i % 3))::uuid, 'model-' || (i % 5),
          ${now} - (i % 365) * ${DAY}::bigint - i % 1000, 300 + i % 100, 200 + i % 50, 400 + i % 100, 800 + i % 900, CASE WHEN i % 50 = 0 THEN 'timeout' ELSE 'ok' END,
          NULL, NULL, NULL, 'Type ' || (i % 40) FROM generate_series(0, ${calls - 1}) AS i;
      ${days((id) => `${id}::text`)}
      UPDATE optimization_versions SET optimized_description = '${long(2)}', source = jsonb_set(source::jsonb, '{description}', to_jsonb('${long(1)}'::text))::text WHERE id = ${SECOND};
      COMMIT;
      -- As autovacuum leaves tables that have grown.
      VACUUM ANALYZE;`;
    const done = spawnSync('psql', [server.database, '-v', 'ON_ERROR_STOP=1', '-q'], { input: sql, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (done.status !== 0) throw new Error(`psql: ${done.stderr}`);
  };
}

const dayOf = (dimension, value) => `
      INSERT INTO usage_days (store_num, dimension, day, value, calls, failed, tokens_in, tokens_out, cost, milliseconds)
        SELECT store_num, '${dimension}', created_at / ${DAY}, ${value}, count(*), sum(CASE WHEN outcome = 'ok' THEN 0 ELSE 1 END),
          sum(tokens_in), sum(tokens_out), sum(cost), sum(milliseconds)
        FROM ai_usage_records GROUP BY 1, 3, 4;`;

/** The sums of the days; `uuid` writes an id as text. */
function days(uuid) {
  return dayOf('all', "''") + dayOf('provider', uuid('provider_id')) + dayOf('model', 'model') + dayOf('person', "''") + dayOf('type', 'product_type');
}
