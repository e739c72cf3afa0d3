-- Takes parts away, wherever they lie. Each has an id of its own: applied twice it changes nothing more.
-- KEYS 1 parts (LIST), 2 conversations that have parts (SET)
-- ARGV 1 conversation, then the parts
for at = 2, #ARGV do
  redis.call('LREM', KEYS[1], 1, ARGV[at])
end
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('SREM', KEYS[2], ARGV[1])
end
return 1
