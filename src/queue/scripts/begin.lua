-- Takes a conversation's turn: raises its epoch, so that whoever held it before settles nothing.
-- KEYS list, conversation, gate
-- ARGV lifetime of the conversation (ms), root of histories, root of summaries, conversation, and from
--      5 the fields of the conversation that hold its settings
-- -> { epoch, entry or nil, attempts, starts, stopped, gate closed } and, for a head that can be
--    worked on, { exchanges, summary, settings } under its history epoch; epoch 0: the list is empty.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return { 0, false, 0, 0, 0, 0 }
end
local epoch = redis.call('HINCRBY', KEYS[2], 'turn_epoch', 1)
redis.call('PEXPIRE', KEYS[2], ARGV[1])
local begun = { epoch, unpack(look(KEYS[1], KEYS[2], KEYS[3])) }
local history_epoch = begun[2] and string.match(begun[2], '^%S+ (%d+) ')
if history_epoch and begun[5] == 0 and begun[6] == 0 then
  local of = history_epoch .. ':' .. ARGV[4]
  begun[7] = {
    redis.call('LRANGE', ARGV[2] .. of, 0, -1),
    redis.call('HGETALL', ARGV[3] .. of),
    redis.call('HMGET', KEYS[2], unpack(ARGV, 5)),
  }
end
return begun
