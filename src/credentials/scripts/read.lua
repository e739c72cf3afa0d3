-- All there is to know about one credential, at one moment.
return { 'OK', NOW, flat(REC), flat(INTENT), redis.call('PTTL', LEASE) }
