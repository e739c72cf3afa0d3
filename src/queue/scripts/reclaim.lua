-- Marks every turn under way as stalled and takes its lock away, so that the next check of any
-- worker hands it back. Only right while nobody works on the queue.
-- KEYS 1 active (LIST), 2 stalled (SET), 3 stalled-check. ARGV 1 the queue's root, such as {p}:prompts
-- -> how many
local jobs = redis.call('LRANGE', KEYS[1], 0, -1)
for _, job in ipairs(jobs) do
  redis.call('DEL', ARGV[1] .. ':' .. job .. ':lock')
  redis.call('SADD', KEYS[2], job)
end
redis.call('DEL', KEYS[3])
return #jobs
