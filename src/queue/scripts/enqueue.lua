-- Takes a prompt in: known, refused, or stored.
-- KEYS 1 seen, 2 list, 3 conversation, 4 waiting, 5 count, 6 gate, 7 told, 8 replies, 9 waiting replies,
--      10 history of the epoch in 16, 11 there while the busy word need not be said, 12 summary of that
--      history, 13 to 15 what tells the author's standing (see standing.lua), and from 16 the keys of
--      each scope (see fair-use.lua), if anything is limited
-- ARGV 1 id, 2 JSON, 3 arrival (ms), 4 member of waiting, 5 member of waiting replies, 6 now (ms),
--      7 most of a conversation, 8 most of all, 9 entry of the busy word, 10 entry of the notice,
--      11 who is told, 12 lifetime of seen (ms), 13 lifetime of told (ms), 14 lifetime of what is
--      reserved (ms), 15 exchange that this prompt takes the place of, or '', 16 history epoch of that
--      exchange, 17 how long the busy word said once is enough (ms) or 0, 18 author, 19 the standings
--      with which they may talk, each between commas, or '': that was decided; and if anything is limited
--      20 what is reserved before the first answer, and from 21 the arguments of each scope
-- -> { 'known', prompts waiting, replies waiting } | { 'full', 0, 1 } | { 'hushed', 0, 0 }
--    | { 'queued', prompts waiting, 1 if told } | { 'too-fast', ms to wait, scope } | { 'spent', 0, scope }
--    | { 'moved', 0, 0 } | { 'unwelcome', 0, 0 }: of the last four, nothing was changed
if ARGV[19] ~= '' then
  local standing = standing_of(ARGV[18], 13)
  if not string.find(ARGV[19], ',' .. standing .. ',', 1, true) then
    return { 'unwelcome', 0, 0 }
  end
end
if redis.call('EXISTS', KEYS[1]) == 1 then
  return { 'known', redis.call('LLEN', KEYS[2]), redis.call('LLEN', KEYS[8]) }
end
local total = tonumber(redis.call('GET', KEYS[5])) or 0
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[7]) or total >= tonumber(ARGV[8]) then
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[12])
  if ARGV[17] ~= '0' and not redis.call('SET', KEYS[11], '1', 'NX', 'PX', ARGV[17]) then
    return { 'hushed', 0, 0 }
  end
  redis.call('RPUSH', KEYS[8], ARGV[9])
  redis.call('ZADD', KEYS[9], 'NX', ARGV[6], ARGV[5])
  return { 'full', 0, 1 }
end
local now = tonumber(ARGV[6])
local scopes = {}
for index = 1, (#KEYS - 15) / 4 do
  scopes[index] = scope_at(index, 16, 21)
end
for index, scope in ipairs(scopes) do
  local wait = must_wait(scope, now)
  if wait > 0 then
    return { 'too-fast', wait, index }
  end
end
local has_budget = false
for index, scope in ipairs(scopes) do
  if is_spent(scope) then
    return { 'spent', 0, index }
  end
  has_budget = has_budget or scope.budget > 0
end
local epoch = redis.call('HGET', KEYS[3], 'history_epoch') or '0'
if ARGV[15] ~= '' then
  if epoch ~= ARGV[16] or redis.call('LINDEX', KEYS[10], -1) ~= ARGV[15] then
    return { 'moved', 0, 0 }
  end
  take_newest(KEYS[10], KEYS[12])
end
local ticks = has_budget and likely_cost(scopes, ARGV[20])
for _, scope in ipairs(scopes) do
  note_rate(scope, now)
  reserve(scope, ARGV[1], ticks, ARGV[14])
end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[12])
local waiting = redis.call('RPUSH', KEYS[2], ARGV[1] .. ' ' .. epoch .. ' ' .. ARGV[3] .. ' ' .. ARGV[2])
redis.call('ZADD', KEYS[4], 'NX', ARGV[3], ARGV[4])
redis.call('INCR', KEYS[5])
local told = 0
if redis.call('EXISTS', KEYS[6]) == 1 and must_tell(KEYS[6], KEYS[7], ARGV[11], ARGV[13]) then
  redis.call('RPUSH', KEYS[8], ARGV[10])
  redis.call('ZADD', KEYS[9], 'NX', ARGV[6], ARGV[5])
  told = 1
end
return { 'queued', waiting, told }
