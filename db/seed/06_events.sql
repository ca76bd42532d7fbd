-- The ranking has yet to hear of the payments, so that the relay makes the popular list as it always
-- does. The external platform is not told: these sales never happened.
INSERT INTO outbox (id, consumer, type, subject, created_at, next_attempt_at)
SELECT md5('event RANKING ' || id)::uuid, 'RANKING', 'payment.completed', id, paid_at, now()
FROM payments
ORDER BY paid_at;
