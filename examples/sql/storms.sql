-- Predictions and scores of the pipeline storms, and a model of SQL alone, for Flink's SQL client. docs/sql.md explains it.
SET 'sql-client.execution.result-mode' = 'tableau';
SET 'parallelism.default' = '1';

CREATE TABLE observations (
  `month` STRING, `year` INT, `day` INT, `hour` INT, lat DOUBLE, `long` DOUBLE, wind INT, pressure INT,
  status STRING
) WITH (
  'connector' = 'kafka', 'topic' = 'storms.examples', 'properties.bootstrap.servers' = 'localhost:9092',
  'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'format' = 'json');

CREATE MODEL storms
INPUT (`month` STRING, `year` INT, `day` INT, `hour` INT, lat DOUBLE, `long` DOUBLE, wind INT, pressure INT)
OUTPUT (`class` STRING, probability DOUBLE, model_version BIGINT)
WITH (
  'provider' = 'millrace',
  'pipeline.file' = 'storms.yaml'
);

CREATE VIEW today AS SELECT * FROM (VALUES
  ('9', 2026, 14, 6, 24.5, -71.2, 105, 951),
  ('9', 2026, 14, 6, 13.1, -48.0, 25, 1009),
  ('6', 2026, 14, 6, 27.9, -90.4, 45, 999),
  ('13', 2026, 14, 6, 24.5, -71.2, 105, 951)
) AS t(`month`, `year`, `day`, `hour`, lat, `long`, wind, pressure);

SELECT `month`, wind, pressure, `class`, probability, model_version
FROM ML_PREDICT(TABLE today, MODEL storms, DESCRIPTOR(`month`, `year`, `day`, `hour`, lat, `long`, wind, pressure));

CREATE FUNCTION millrace_learn AS 'dev.millrace.table.LearnFunction';

SELECT `year`, `day`, wind, pressure, status, predicted_class, probability
FROM millrace_learn(
  input => (SELECT * FROM observations WHERE `month` = '9') PARTITION BY `month`,
  label => 'status',
  pipeline => 'input: { features: [year, day, hour, lat, long, wind, pressure] }')
WHERE `year` = 2021 AND predicted_class <> status;

CREATE TABLE metrics (
  `key` STRING, seq BIGINT, examples BIGINT, `window` ROW<examples BIGINT, accuracy DOUBLE, log_loss DOUBLE>,
  baseline ROW<no_change ROW<`window` ROW<accuracy DOUBLE>>>
) WITH (
  'connector' = 'kafka', 'topic' = 'storms.metrics', 'properties.bootstrap.servers' = 'localhost:9092',
  'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'format' = 'json');

SET 'execution.runtime-mode' = 'batch';

SELECT `key`, examples, accuracy, no_change
FROM (
  SELECT `key`, examples, `window`.accuracy AS accuracy,
    baseline.no_change.`window`.accuracy AS no_change,
    ROW_NUMBER() OVER (PARTITION BY `key` ORDER BY seq DESC) AS newest
  FROM metrics
)
WHERE newest = 1
ORDER BY CAST(`key` AS INT);
