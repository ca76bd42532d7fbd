-- What a background job could not do (a constraint, a locked row, bad data) and will try again. The job
-- goes round it until next_attempt_at. The row is deleted in the transaction in which the work is done.
CREATE TABLE set_aside (
  id              uuid        NOT NULL DEFAULT gen_random_uuid(),
  job             text        NOT NULL,
  subject         text        NOT NULL,
  attempts        integer     NOT NULL,
  last_error      text        NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  next_attempt_at timestamptz NOT NULL,
  CONSTRAINT set_aside_pkey PRIMARY KEY (job, subject),
  CONSTRAINT set_aside_attempts CHECK (attempts > 0)
);
