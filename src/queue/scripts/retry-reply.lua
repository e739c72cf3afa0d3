-- Counts a delivery that threw.
-- KEYS conversation
-- ARGV epoch, id, attempts it has had
if redis.call('HGET', KEYS[1], 'reply_epoch') == ARGV[1]
  and redis.call('HGET', KEYS[1], 'reply') == ARGV[2] then
  redis.call('HSET', KEYS[1], 'reply_attempts', ARGV[3])
  return 1
end
return 0
