-- The same as gcra.rs, for processes that share their counts: several keys, of which all are charged or none.
-- KEYS: whose points. ARGV, two a key: the largest debt and what is asked for, in microseconds.
-- Answers which key was refused (0: none), and the debt of each afterwards.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local debts, refused = {}, 0
for i, key in ipairs(KEYS) do
  local span, price = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local debt = (tonumber(redis.call('GET', key) or 0) or 0) - now
  if debt < 0 then debt = 0 end
  if debt > span then debt = span end
  debts[i] = debt
  if refused == 0 and debt + price > span then refused = i end
end
if refused == 0 then
  for i, key in ipairs(KEYS) do
    debts[i] = debts[i] + tonumber(ARGV[2 * i])
    redis.call('SET', key, string.format('%.0f', now + debts[i]), 'PX', math.floor(debts[i] / 1000) + 1)
  end
end
table.insert(debts, 1, refused)
return debts
