-- A store as migration 0001 made it, with a row in each table that outlives a login.
BEGIN TRANSACTION;
CREATE TABLE connections (
	id TEXT NOT NULL, 
	installation TEXT NOT NULL, 
	person TEXT NOT NULL, 
	access_token TEXT NOT NULL, 
	refresh_token TEXT NOT NULL, 
	token_type TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	expires DOUBLE, 
	since DOUBLE NOT NULL, 
	updated DOUBLE NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_connections PRIMARY KEY (id), 
	CONSTRAINT fk_connections_installation FOREIGN KEY(installation) REFERENCES installations (id) ON DELETE CASCADE, 
	CONSTRAINT fk_connections_person FOREIGN KEY(person) REFERENCES persons (id) ON DELETE CASCADE, 
	CONSTRAINT uq_connections_installation_person UNIQUE (installation, person)
);
INSERT INTO "connections" VALUES('c1','i1','ann','gAAAAABrC25mikafU2TXuq5Sk2y83JaHZ9eFVCXe9ZPWcFsIrnUn4GX3k6kQ0zvCQvFrKHA3V0qvdnFYOhtrxav0rIBUwO1y89OtTzAmdT4G2XftyT5nXQ8=','','Bearer','',NULL,5.0,5.0,1);
CREATE TABLE installation_texts (
	installation TEXT NOT NULL, 
	manifest TEXT NOT NULL, 
	document TEXT NOT NULL, 
	CONSTRAINT pk_installation_texts PRIMARY KEY (installation), 
	CONSTRAINT fk_installation_texts_installation FOREIGN KEY(installation) REFERENCES installations (id) ON DELETE CASCADE
);
INSERT INTO "installation_texts" VALUES('i1','{}','openapi: 3.0.1');
CREATE TABLE installations (
	id TEXT NOT NULL, 
	plugin_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	target TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	level TEXT NOT NULL, 
	auth TEXT NOT NULL, 
	name TEXT NOT NULL, 
	document_url TEXT NOT NULL, 
	client_id TEXT NOT NULL, 
	client_secret TEXT NOT NULL, 
	service_token TEXT NOT NULL, 
	verification_token TEXT NOT NULL, 
	token_read TEXT NOT NULL, 
	state TEXT NOT NULL, 
	redirect_host TEXT NOT NULL, 
	created DOUBLE NOT NULL, 
	updated DOUBLE NOT NULL, 
	version INTEGER NOT NULL, 
	entries INTEGER NOT NULL, 
	CONSTRAINT pk_installations PRIMARY KEY (id), 
	CONSTRAINT fk_installations_owner FOREIGN KEY(owner) REFERENCES persons (id) ON DELETE CASCADE, 
	CONSTRAINT uq_installations_plugin_id_owner UNIQUE (plugin_id, owner)
);
INSERT INTO "installations" VALUES('i1','plugin-1','plugin','http://localhost:3333','ann','user','oauth','Todo','','chatgpt','gAAAAABrC25mkX9QcBnKWvTlOaQ7ZTf4YfXl4voFqO6WO-KNZz6WxMc4C1abuWVSQN_qKfS1LlmgUOdPX5Or6T2QM8o6-OsJallrBxsH6zPFpIY6Ii6z4ao=','','00000000000000000000000000000000','','installed','chat.openai.com',2.0,3.0,4,1);
CREATE TABLE mockauth_schema (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT mockauth_schema_pkc PRIMARY KEY (version_num)
);
INSERT INTO "mockauth_schema" VALUES('0001');
CREATE TABLE pending_logins (
	state TEXT NOT NULL, 
	session TEXT NOT NULL, 
	installation TEXT NOT NULL, 
	person TEXT NOT NULL, 
	host TEXT NOT NULL, 
	redirect_uri TEXT NOT NULL, 
	flow TEXT NOT NULL, 
	created DOUBLE NOT NULL, 
	expires DOUBLE NOT NULL, 
	claimed DOUBLE, 
	CONSTRAINT pk_pending_logins PRIMARY KEY (state), 
	CONSTRAINT fk_pending_logins_installation FOREIGN KEY(installation) REFERENCES installations (id) ON DELETE CASCADE, 
	CONSTRAINT fk_pending_logins_person FOREIGN KEY(person) REFERENCES persons (id) ON DELETE CASCADE
);
CREATE TABLE persons (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created DOUBLE NOT NULL, 
	CONSTRAINT pk_persons PRIMARY KEY (id)
);
INSERT INTO "persons" VALUES('ann','Ann',1.0);
CREATE TABLE run_reports (
	run TEXT NOT NULL, 
	report TEXT NOT NULL, 
	CONSTRAINT pk_run_reports PRIMARY KEY (run), 
	CONSTRAINT fk_run_reports_run FOREIGN KEY(run) REFERENCES runs (id) ON DELETE CASCADE
);
INSERT INTO "run_reports" VALUES('r1','{"checks": []}');
CREATE TABLE runs (
	id TEXT NOT NULL, 
	installation TEXT, 
	target TEXT NOT NULL, 
	started DOUBLE NOT NULL, 
	duration_ms INTEGER NOT NULL, 
	exit_code INTEGER NOT NULL, 
	counts JSON NOT NULL, 
	CONSTRAINT pk_runs PRIMARY KEY (id), 
	CONSTRAINT fk_runs_installation FOREIGN KEY(installation) REFERENCES installations (id) ON DELETE SET NULL
);
INSERT INTO "runs" VALUES('r1','i1','http://localhost:3333',6.0,7,0,'{"pass": 1}');
CREATE TABLE seal (
	store TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	CONSTRAINT pk_seal PRIMARY KEY (store)
);
INSERT INTO "seal" VALUES('55555555555555555555555555555555','af97768a67bc0bb5');
CREATE TABLE sessions (
	hash TEXT NOT NULL, 
	person TEXT NOT NULL, 
	expires DOUBLE NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (hash), 
	CONSTRAINT fk_sessions_person FOREIGN KEY(person) REFERENCES persons (id) ON DELETE CASCADE
);
CREATE TABLE timeline (
	installation TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	at DOUBLE NOT NULL, 
	flow TEXT NOT NULL, 
	line TEXT NOT NULL, 
	CONSTRAINT pk_timeline PRIMARY KEY (installation, number), 
	CONSTRAINT fk_timeline_installation FOREIGN KEY(installation) REFERENCES installations (id) ON DELETE CASCADE
);
INSERT INTO "timeline" VALUES('i1',1,8.0,'','{}');
CREATE INDEX ix_installations_owner ON installations (owner);
CREATE INDEX ix_sessions_person ON sessions (person);
CREATE INDEX ix_connections_person ON connections (person);
CREATE INDEX ix_pending_logins_expires ON pending_logins (expires);
CREATE INDEX ix_pending_logins_installation ON pending_logins (installation);
CREATE INDEX ix_pending_logins_person ON pending_logins (person);
CREATE INDEX ix_runs_installation_started_id ON runs (installation, started, id);
CREATE INDEX ix_runs_started_id ON runs (started, id);
COMMIT;
