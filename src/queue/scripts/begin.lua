-- Takes a conversation's turn: raises its epoch, so that whoever held it before settles nothing.
-- KEYS list, conversation, gate
-- ARGV lifetime of the conversation (ms)
-- -> { epoch, entry or nil, attempts, starts, stopped, gate closed }; epoch 0: the list is empty.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return { 0, false, 0, 0, 0, 0 }
end
local epoch = redis.call('HINCRBY', KEYS[2], 'turn_epoch', 1)
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return { epoch, unpack(look(KEYS[1], KEYS[2], KEYS[3])) }
