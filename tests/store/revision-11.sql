PRAGMA application_id = 1296388936;
PRAGMA user_version = 11;
BEGIN TRANSACTION;
CREATE TABLE about (
    "row" INTEGER NOT NULL,
    name VARCHAR,
    description VARCHAR,
    PRIMARY KEY ("row")
);
INSERT INTO "about" VALUES(1,'Support','Reads tickets, fetches files.');
CREATE TABLE acceptance (
    rule VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    "by" VARCHAR NOT NULL,
    until DATE NOT NULL,
    severity VARCHAR,
    agents JSON,
    actions JSON,
    PRIMARY KEY (rule, subject)
);
INSERT INTO "acceptance" VALUES('toxic-flow','bot','known','anna','2027-02-28','high','["bot"]','["read"]');
CREATE TABLE agent (
    id VARCHAR NOT NULL,
    name VARCHAR,
    kind VARCHAR,
    home VARCHAR,
    runs_on VARCHAR,
    steerable BOOLEAN,
    vendor VARCHAR,
    owner VARCHAR,
    known_as JSON,
    status VARCHAR NOT NULL,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(home) REFERENCES zone (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(runs_on) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "agent" VALUES('bot',NULL,'ai-agent','helpdesk','sts',0,'Other Inc.',NULL,'["Bot \u2013 \u7968", "spiffe://example.org/support/*"]','active',NULL,NULL);
INSERT INTO "agent" VALUES('helper','[b]helper[/b]',NULL,NULL,NULL,0,NULL,NULL,NULL,'retired','''); DROP TABLE agent; --',NULL);
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('11');
CREATE TABLE checkpoint (
    id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    step VARCHAR NOT NULL,
    "from" VARCHAR NOT NULL,
    "to" VARCHAR NOT NULL,
    actions JSON,
    freshness VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    decided_at VARCHAR,
    approvers JSON,
    rate INTEGER,
    description VARCHAR,
    PRIMARY KEY (id),
    FOREIGN KEY(decided_at) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "checkpoint" VALUES('ask','human-approval','grant','key','files','["read"]','per-action','enforced',NULL,'["anna", "bert"]',3,NULL);
INSERT INTO "checkpoint" VALUES('filter','policy-decision','hearing','files','bot',NULL,'per-action','enforced',NULL,NULL,NULL,NULL);
INSERT INTO "checkpoint" VALUES('gate','policy-decision','boundary','helpdesk','system:sts',NULL,'per-action','enforced','sts',NULL,NULL,NULL);
CREATE TABLE credential (
    id VARCHAR NOT NULL,
    name VARCHAR,
    kind VARCHAR,
    identity VARCHAR,
    subject VARCHAR NOT NULL,
    on_behalf_of VARCHAR,
    binding VARCHAR NOT NULL,
    lifetime VARCHAR,
    audience JSON,
    attested BOOLEAN NOT NULL,
    owner VARCHAR,
    known_as JSON,
    status VARCHAR NOT NULL,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id)
);
INSERT INTO "credential" VALUES('key',NULL,'sas-token',NULL,'human','anna','dpop',NULL,NULL,0,NULL,NULL,'revoked',NULL,NULL);
INSERT INTO "credential" VALUES('role',NULL,NULL,NULL,'workload',NULL,'bearer',NULL,NULL,0,'ops',NULL,'active',NULL,NULL);
INSERT INTO "credential" VALUES('token',NULL,NULL,'svc-support','workload',NULL,'bearer','90d','["files", "tickets"]',1,NULL,'["arn:aws:iam::111122223333:role/support"]','active',NULL,NULL);
CREATE TABLE custody (
    system VARCHAR NOT NULL,
    credential VARCHAR NOT NULL,
    how VARCHAR NOT NULL,
    "by" JSON,
    PRIMARY KEY (system, credential),
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(credential) REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "custody" VALUES('tickets','key','stores','["read", "execute"]');
CREATE TABLE delegation (
    "from" VARCHAR NOT NULL,
    "to" VARCHAR NOT NULL,
    passes JSON,
    only JSON,
    returns VARCHAR NOT NULL,
    PRIMARY KEY ("from", "to"),
    FOREIGN KEY("from") REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY("to") REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "delegation" VALUES('bot','helper','["role", "token"]','["files:read", "tickets:write"]','values');
CREATE TABLE drawn_order (
    number INTEGER NOT NULL,
    entries TEXT NOT NULL,
    PRIMARY KEY (number)
);
CREATE TABLE exchange (
    "from" VARCHAR NOT NULL,
    "to" VARCHAR NOT NULL,
    at VARCHAR,
    semantics VARCHAR,
    pinned BOOLEAN NOT NULL,
    PRIMARY KEY ("from", "to"),
    FOREIGN KEY("from") REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY("to") REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(at) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "exchange" VALUES('token','role','sts','impersonation',0);
CREATE TABLE grant (
    credential VARCHAR NOT NULL,
    system VARCHAR NOT NULL,
    actions JSON NOT NULL,
    scope VARCHAR,
    honoured_as VARCHAR,
    entitled JSON,
    PRIMARY KEY (credential, system),
    FOREIGN KEY(credential) REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "grant" VALUES('key','files','["admin"]','more',NULL,NULL);
INSERT INTO "grant" VALUES('token','tickets','["read", "write"]','all','principal','["read"]');
CREATE TABLE guided_round (
    number INTEGER NOT NULL,
    began INTEGER NOT NULL,
    over BOOLEAN NOT NULL,
    PRIMARY KEY (number)
);
CREATE TABLE hold (
    agent VARCHAR NOT NULL,
    credential VARCHAR NOT NULL,
    PRIMARY KEY (agent, credential),
    FOREIGN KEY(agent) REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(credential) REFERENCES credential (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "hold" VALUES('bot','token');
CREATE TABLE imported (
    number INTEGER NOT NULL,
    entry INTEGER,
    source VARCHAR NOT NULL,
    form VARCHAR NOT NULL,
    scope VARCHAR NOT NULL,
    stable_key VARCHAR NOT NULL,
    record_table VARCHAR NOT NULL,
    record_key VARCHAR NOT NULL,
    record TEXT,
    PRIMARY KEY (number),
    FOREIGN KEY(entry) REFERENCES journal (number) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "imported" VALUES(1,1,'f.json','mcp','','k','grant','["key","files"]','{"credential":"key","system":"files","actions":["admin"]}');
CREATE TABLE intent (
    agent VARCHAR NOT NULL,
    system VARCHAR NOT NULL,
    actions JSON NOT NULL,
    "from" JSON,
    per_day FLOAT,
    PRIMARY KEY (agent, system),
    FOREIGN KEY(agent) REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "intent" VALUES('bot','files','["read"]','["home", "tickets"]',0.5);
CREATE TABLE journal (
    number INTEGER NOT NULL,
    time VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    author VARCHAR NOT NULL,
    state INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    last_by VARCHAR,
    person VARCHAR,
    PRIMARY KEY (number)
);
INSERT INTO "journal" VALUES(1,'2026-12-02T11:35:35.850+00:00','sample','1abf4b6dcaaec581',0,1,'1abf4b6dcaaec581',NULL);
INSERT INTO "journal" VALUES(2,'2026-12-02T11:35:35.855+00:00','takes it for a principal','1abf4b6dcaaec581',0,2,'1abf4b6dcaaec581',NULL);
INSERT INTO "journal" VALUES(3,'2026-12-02T11:35:35.858+00:00','more scope','1abf4b6dcaaec581',0,3,'1abf4b6dcaaec581',NULL);
INSERT INTO "journal" VALUES(4,'2026-12-02T11:35:35.861+00:00','takes it for a delegate','1abf4b6dcaaec581',1,5,'1abf4b6dcaaec581',NULL);
CREATE TABLE journal_change (
    entry INTEGER NOT NULL,
    position INTEGER NOT NULL,
    record_table VARCHAR NOT NULL,
    record_key VARCHAR NOT NULL,
    "before" TEXT,
    "after" TEXT,
    PRIMARY KEY (entry, position),
    FOREIGN KEY(entry) REFERENCES journal (number) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "journal_change" VALUES(1,0,'about','""','{}','{"name":"Support","description":"Reads tickets, fetches files."}');
INSERT INTO "journal_change" VALUES(1,1,'zone','"helpdesk"',NULL,'{"id":"helpdesk","name":"Help desk","environment":"corporate","at":[0,1]}');
INSERT INTO "journal_change" VALUES(1,2,'zone','"storage"',NULL,'{"id":"storage","environment":"made-up"}');
INSERT INTO "journal_change" VALUES(1,3,'system','"files"',NULL,'{"id":"files","zone":"storage","sensitivity":"confidential","untrusted_input":false,"typed":false,"audit":"identity","partitioned":true,"owner":"me"}');
INSERT INTO "journal_change" VALUES(1,4,'system','"sts"',NULL,'{"id":"sts","kind":"token-service","untrusted_input":false,"typed":true,"partitioned":false,"vendor":"Other Inc.","known_as":["sts.amazonaws.com"]}');
INSERT INTO "journal_change" VALUES(1,5,'system','"tickets"',NULL,'{"id":"tickets","name":"Tickets – 票","kind":"saas","zone":"helpdesk","integrity":"high","untrusted_input":true,"typed":false,"exposed_requests":true,"partitioned":false,"at":[2,-1]}');
INSERT INTO "journal_change" VALUES(1,6,'agent','"bot"',NULL,'{"id":"bot","kind":"ai-agent","home":"helpdesk","runs_on":"sts","steerable":false,"vendor":"Other Inc.","known_as":["Bot – 票","spiffe://example.org/support/*"],"status":"active"}');
INSERT INTO "journal_change" VALUES(1,7,'agent','"helper"',NULL,'{"id":"helper","name":"[b]helper[/b]","steerable":false,"status":"retired","description":"''); DROP TABLE agent; --"}');
INSERT INTO "journal_change" VALUES(1,8,'credential','"key"',NULL,'{"id":"key","kind":"sas-token","subject":"human","on_behalf_of":"anna","binding":"dpop","attested":false,"status":"revoked"}');
INSERT INTO "journal_change" VALUES(1,9,'credential','"role"',NULL,'{"id":"role","subject":"workload","binding":"bearer","attested":false,"owner":"ops","status":"active"}');
INSERT INTO "journal_change" VALUES(1,10,'credential','"token"',NULL,'{"id":"token","identity":"svc-support","subject":"workload","binding":"bearer","lifetime":"90d","audience":["files","tickets"],"attested":true,"known_as":["arn:aws:iam::111122223333:role/support"],"status":"active"}');
INSERT INTO "journal_change" VALUES(1,11,'hold','["bot","token"]',NULL,'{"agent":"bot","credential":"token"}');
INSERT INTO "journal_change" VALUES(1,12,'grant','["key","files"]',NULL,'{"credential":"key","system":"files","actions":["admin"]}');
INSERT INTO "journal_change" VALUES(1,13,'grant','["token","tickets"]',NULL,'{"credential":"token","system":"tickets","actions":["read","write"],"scope":"all","honoured_as":"delegate","entitled":["read"]}');
INSERT INTO "journal_change" VALUES(1,14,'custody','["tickets","key"]',NULL,'{"system":"tickets","credential":"key","how":"stores","by":["read","execute"]}');
INSERT INTO "journal_change" VALUES(1,15,'exchange','["token","role"]',NULL,'{"from":"token","to":"role","at":"sts","semantics":"impersonation","pinned":false}');
INSERT INTO "journal_change" VALUES(1,16,'delegation','["bot","helper"]',NULL,'{"from":"bot","to":"helper","passes":["role","token"],"only":["files:read","tickets:write"],"returns":"values"}');
INSERT INTO "journal_change" VALUES(1,17,'trigger','["tickets","bot"]',NULL,'{"system":"tickets","agent":"bot"}');
INSERT INTO "journal_change" VALUES(1,18,'intent','["bot","files"]',NULL,'{"agent":"bot","system":"files","actions":["read"],"from":["home","tickets"],"per_day":0.5}');
INSERT INTO "journal_change" VALUES(1,19,'checkpoint','"ask"',NULL,'{"id":"ask","kind":"human-approval","step":"grant","from":"key","to":"files","actions":["read"],"freshness":"per-action","state":"enforced","approvers":["anna","bert"],"rate":3}');
INSERT INTO "journal_change" VALUES(1,20,'checkpoint','"filter"',NULL,'{"id":"filter","kind":"policy-decision","step":"hearing","from":"files","to":"bot","freshness":"per-action","state":"enforced"}');
INSERT INTO "journal_change" VALUES(1,21,'checkpoint','"gate"',NULL,'{"id":"gate","kind":"policy-decision","step":"boundary","from":"helpdesk","to":"system:sts","freshness":"per-action","state":"enforced","decided_at":"sts"}');
INSERT INTO "journal_change" VALUES(1,22,'note','"keep"',NULL,'{"id":"keep","about":"grant:key>files:read","kind":"action","text":"It may stay.","state":"open","source":"plan"}');
INSERT INTO "journal_change" VALUES(1,23,'note','"owner"',NULL,'{"id":"owner","about":"system:files","kind":"question","text":"Who owns the – 票 files?","owner":"anna","state":"done","due":"2027-03-01","source":"infra/main.tf:12"}');
INSERT INTO "journal_change" VALUES(1,24,'note','"scope"',NULL,'{"id":"scope","kind":"note","text":"Drawn for the review.","state":"open"}');
INSERT INTO "journal_change" VALUES(1,25,'acceptance','["toxic-flow","bot"]',NULL,'{"rule":"toxic-flow","subject":"bot","reason":"known","by":"anna","until":"2027-02-28","severity":"high","agents":["bot"],"actions":["read"]}');
INSERT INTO "journal_change" VALUES(2,0,'grant','["token","tickets"]','{"credential":"token","system":"tickets","actions":["read","write"],"scope":"all","honoured_as":"delegate","entitled":["read"]}','{"credential":"token","system":"tickets","actions":["read","write"],"scope":"all","honoured_as":"principal","entitled":["read"]}');
INSERT INTO "journal_change" VALUES(3,0,'grant','["key","files"]','{"credential":"key","system":"files","actions":["admin"]}','{"credential":"key","system":"files","actions":["admin"],"scope":"more"}');
INSERT INTO "journal_change" VALUES(4,0,'grant','["key","files"]','{"credential":"key","system":"files","actions":["admin"],"scope":"more"}','{"credential":"key","system":"files","actions":["admin"],"scope":"more","honoured_as":"delegate"}');
CREATE TABLE note (
    id VARCHAR NOT NULL,
    about VARCHAR,
    kind VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    owner VARCHAR,
    state VARCHAR NOT NULL,
    due DATE,
    source VARCHAR,
    PRIMARY KEY (id)
);
INSERT INTO "note" VALUES('keep','grant:key>files:read','action','It may stay.',NULL,'open',NULL,'plan');
INSERT INTO "note" VALUES('owner','system:files','question','Who owns the – 票 files?','anna','done','2027-03-01','infra/main.tf:12');
INSERT INTO "note" VALUES('scope',NULL,'note','Drawn for the review.',NULL,'open',NULL,NULL);
CREATE TABLE program (
    id VARCHAR NOT NULL,
    machine VARCHAR NOT NULL,
    process INTEGER NOT NULL,
    started VARCHAR NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE system (
    id VARCHAR NOT NULL,
    name VARCHAR,
    kind VARCHAR,
    zone VARCHAR,
    sensitivity VARCHAR,
    integrity VARCHAR,
    untrusted_input BOOLEAN NOT NULL,
    typed BOOLEAN NOT NULL,
    exposed BOOLEAN,
    exposed_requests BOOLEAN,
    audit VARCHAR,
    partitioned BOOLEAN NOT NULL,
    vendor VARCHAR,
    owner VARCHAR,
    known_as JSON,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(zone) REFERENCES zone (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "system" VALUES('files',NULL,NULL,'storage','confidential',NULL,0,0,NULL,NULL,'identity',1,NULL,'me',NULL,NULL,NULL);
INSERT INTO "system" VALUES('sts',NULL,'token-service',NULL,NULL,NULL,0,1,NULL,NULL,NULL,0,'Other Inc.',NULL,'["sts.amazonaws.com"]',NULL,NULL);
INSERT INTO "system" VALUES('tickets','Tickets – 票','saas','helpdesk',NULL,'high',1,0,NULL,1,NULL,0,NULL,NULL,NULL,NULL,'[2, -1]');
CREATE TABLE "trigger" (
    system VARCHAR NOT NULL,
    agent VARCHAR NOT NULL,
    PRIMARY KEY (system, agent),
    FOREIGN KEY(system) REFERENCES system (id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY(agent) REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "trigger" VALUES('tickets','bot');
CREATE TABLE zone (
    id VARCHAR NOT NULL,
    name VARCHAR,
    environment VARCHAR,
    description VARCHAR,
    at JSON,
    PRIMARY KEY (id)
);
INSERT INTO "zone" VALUES('helpdesk','Help desk','corporate',NULL,'[0, 1]');
INSERT INTO "zone" VALUES('storage',NULL,'made-up',NULL,NULL);
CREATE UNIQUE INDEX journal_by_revision ON journal (touched);
CREATE INDEX journal_by_state ON journal (state, number);
COMMIT;
