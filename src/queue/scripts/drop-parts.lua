-- Takes the first parts away. Applied twice it may take away a later one only if one was added in
-- between, which the caller excludes.
-- KEYS 1 parts (LIST), 2 conversations that have parts (SET)
-- ARGV 1 how many, 2 conversation
redis.call('LTRIM', KEYS[1], ARGV[1], -1)
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('SREM', KEYS[2], ARGV[2])
end
return 1
