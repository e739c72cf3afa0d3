-- The members and who is benched until when.
return { 'OK', NOW, redis.call('HKEYS', MEMBERS), redis.call('ZRANGEBYSCORE', COOL, int(NOW), '+inf', 'WITHSCORES') }
