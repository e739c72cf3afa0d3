-- Takes the turn of a conversation's reply list.
-- An entry: <id> <pushed at> <anchor> <JSON>.
-- KEYS 1 list, 2 conversation
-- ARGV 1 who takes it, 2 lifetime of the conversation (ms), 3 root of receipts
-- -> { epoch, entry or nil, taken over, attempts, untouched }; epoch 0: the list is empty.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return { 0, false, 0, 0, 0 }
end
local epoch = redis.call('HINCRBY', KEYS[2], 'reply_epoch', 1)
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return { epoch, unpack(look_at_reply(KEYS[1], KEYS[2], ARGV[1], ARGV[3])) }
