-- The owner is alive. A lease that ran out (a pause) is taken up again while the intent is still
-- the owner's; what Redis forgot of the attempt is written again, as far as the attempt had come.
-- ARGV: 3 epoch 4 gen 5 attempt 6 lease ms 7 owner 8 phase 9 sent at 10 reason 11 resends
local rec, intent = hash(REC), hash(INTENT)
local behind = num(rec.epoch) - num(ARGV[3])
if behind == 0 then
  behind = num(rec.gen) - num(ARGV[4])
end
if behind > 0 then
  return { 'LOST', NOW }
end
if behind < 0 then
  -- Redis lost generations that a peer may put back: the intent must be there again then.
  return { 'BEHIND', NOW }
end
local sent = ARGV[8] == 'sent'
local forgotten = not intent.attempt or intent.epoch ~= rec.epoch or intent.gen ~= rec.gen
-- A peer that found no intent may have begun; what has been sent outweighs what has not.
local overtaken = sent and ARGV[11] == '0' and intent.phase == 'prepared' and num(intent.resends) == 0
if forgotten or (overtaken and intent.attempt ~= ARGV[5]) then
  redis.call('DEL', INTENT)
  redis.call('HSET', INTENT, 'epoch', ARGV[3], 'gen', ARGV[4], 'attempt', ARGV[5], 'owner', ARGV[7], 'phase', ARGV[8], 'reason', ARGV[10], 'at', int(NOW), 'sent_at', ARGV[9], 'resends', ARGV[11])
elseif intent.attempt ~= ARGV[5] then
  return { 'LOST', NOW }
elseif sent and intent.phase ~= 'sent' then
  redis.call('HSET', INTENT, 'phase', 'sent', 'sent_at', ARGV[9])
end
redis.call('SET', LEASE, ARGV[5], 'PX', ARGV[6])
return { 'HELD', NOW }
