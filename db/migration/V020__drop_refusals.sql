SET LOCAL lock_timeout = '2s';

-- Orders that were refused, by drop and code. Instances add what they have counted every few seconds; what a killed one had
-- not added is missing. Never more rows than drops times codes.
CREATE TABLE drop_refusals (
  drop_id bigint NOT NULL,
  code    text   NOT NULL,
  number  bigint NOT NULL,
  CONSTRAINT drop_refusals_pkey PRIMARY KEY (drop_id, code),
  CONSTRAINT drop_refusals_drop_exists FOREIGN KEY (drop_id) REFERENCES drops (id) ON DELETE CASCADE,
  CONSTRAINT drop_refusals_code_length CHECK (char_length(code) BETWEEN 1 AND 100),
  CONSTRAINT drop_refusals_number CHECK (number > 0)
) WITH (fillfactor = 50);
