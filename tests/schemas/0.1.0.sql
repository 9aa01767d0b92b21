-- Written by hpsearch 0.1.0: a random search of 4 trials on the computed data set xor, run to its end. Only the
-- host's name is another. Read back by storage/sqlite/old_database_test and runner/whole/old_database_test;
-- never edited: programs to come must read and continue it.
PRAGMA application_id = 1213223729;
PRAGMA user_version = 3;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE migrations(
  version INTEGER PRIMARY KEY,
  applied_at TEXT NOT NULL,
  tool_version TEXT NOT NULL
);
INSERT INTO migrations VALUES(1,'2026-11-30T07:35:58.154Z','0.1.0');
INSERT INTO migrations VALUES(2,'2026-11-30T07:35:58.155Z','0.1.0');
INSERT INTO migrations VALUES(3,'2026-11-30T07:35:58.155Z','0.1.0');
CREATE TABLE sweeps(
  sweep_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  method TEXT NOT NULL,
  metric TEXT NOT NULL,
  goal TEXT NOT NULL CHECK(goal IN ('minimize', 'maximize')),
  seed INTEGER NOT NULL,
  config_yaml TEXT NOT NULL,   -- the sweep file as it was run
  config_hash TEXT NOT NULL,   -- of its parsed values and of the data files
  data_json TEXT NOT NULL,     -- the data files: path, bytes, sha256
  state TEXT NOT NULL CHECK(state IN ('running', 'interrupted', 'complete')),
  created_at TEXT NOT NULL,
  finished_at TEXT,
  active_seconds REAL NOT NULL DEFAULT 0,  -- over all resumes
  stop_reason TEXT,
  tool_version TEXT NOT NULL,
  host_json TEXT               -- where it last ran: host, CPU, libraries, build
);
INSERT INTO sweeps VALUES(1,'old','random','val_loss','minimize',5,replace('name: old\nmethod: random\nmetric: {name: val_loss}\nseed: 5\nrun_cap: 4\ndataset: {source: xor}\ntraining: {epochs: 3, batch_size: 4}\nparameters:\n  learning_rate: {min: 0.01, max: 1.0, scale: log}\n  hidden: {values: [[2], [4]]}\n','\n',char(10)),'1f2eb92522d40901d8a9ae3a761f9f0c2687751d8f155d4ada2d9722a9a85a79','{"folder":"","files":[],"task":"binary","rows":12,"training_rows":4,"validation_rows":4,"test_rows":4,"features":2,"classes":2,"columns":[]}','complete','2026-11-30T07:35:58.156Z','2026-11-30T07:35:58.281Z',0.11503568099999998686,'run_cap','0.1.0','{"host":"host","cpu":"AMD EPYC, family 25, model 1, stepping 1","cores":2,"matmul":"oneDNN 2.6.3, avx2","compiler":"12.2.0","build":"c1d6af8f838eed7885392d6b258a62c8631f3e5a"}');
CREATE TABLE stages(
  sweep_id INTEGER NOT NULL REFERENCES sweeps ON DELETE CASCADE,
  stage INTEGER NOT NULL,
  epochs INTEGER,              -- NULL where the trials choose it
  trials INTEGER NOT NULL,
  space_json TEXT NOT NULL,
  PRIMARY KEY(sweep_id, stage)
) WITHOUT ROWID;
INSERT INTO stages VALUES(1,0,3,4,'{"hidden":{"values":[[2],[4]]},"learning_rate":{"min":0.01,"max":1.0,"scale":"log","type":"real","limits":[0.0,null]}}');
CREATE TABLE trials(
  trial_id INTEGER PRIMARY KEY,
  sweep_id INTEGER NOT NULL REFERENCES sweeps ON DELETE CASCADE,
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK(state IN
    ('queued', 'running', 'complete', 'pruned', 'diverged', 'failed', 'interrupted')),
  value REAL,
  score REAL,
  best_epoch INTEGER,
  epochs_done INTEGER NOT NULL DEFAULT 0,
  epochs INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  stage INTEGER NOT NULL DEFAULT 0,
  origin TEXT NOT NULL DEFAULT 'sampler' CHECK(origin IN
    ('sampler', 'enqueued', 'carried', 'promoted', 'retry')),
  parent INTEGER,
  attempt INTEGER NOT NULL DEFAULT 1,
  params_json TEXT NOT NULL,
  params_hash TEXT NOT NULL,
  created_at TEXT NOT NULL,
  started_at TEXT,
  finished_at TEXT,
  seconds REAL,
  worker TEXT,
  reason TEXT,
  UNIQUE(sweep_id, number)
);
INSERT INTO trials VALUES(1,1,0,'complete',0.68244262704539915276,0.68244262704539915276,2,3,3,2592305203177873,0,'sampler',NULL,1,'{"hidden":[2],"learning_rate":0.6576593361529242}','18ac4f95caf27911','2026-11-30T07:35:58.160Z','2026-11-30T07:35:58.160Z','2026-11-30T07:35:58.230Z',0.06759673200000000659,'host/0',NULL);
INSERT INTO trials VALUES(2,1,1,'complete',0.64267881539661209089,0.64267881539661209089,3,3,3,1465331914679292,0,'sampler',NULL,1,'{"hidden":[4],"learning_rate":0.061104088685666816}','5a2197daf730da95','2026-11-30T07:35:58.236Z','2026-11-30T07:35:58.236Z','2026-11-30T07:35:58.236Z',0.00049282500000000001218,'host/0',NULL);
INSERT INTO trials VALUES(3,1,2,'complete',0.67667358274359046266,0.67667358274359046266,3,3,3,277612430908232,0,'sampler',NULL,1,'{"hidden":[4],"learning_rate":0.01377446439436673}','444f40ec587cdc65','2026-11-30T07:35:58.236Z','2026-11-30T07:35:58.236Z','2026-11-30T07:35:58.237Z',0.00050812299999999997312,'host/0',NULL);
INSERT INTO trials VALUES(4,1,3,'complete',0.61287282283569544105,0.61287282283569544105,3,3,3,6169973268829524,0,'sampler',NULL,1,'{"hidden":[2],"learning_rate":0.8549556632321945}','7141fdaf260fdd85','2026-11-30T07:35:58.237Z','2026-11-30T07:35:58.237Z','2026-11-30T07:35:58.237Z',0.00022489200000000000097,'host/0',NULL);
CREATE TABLE params(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  name TEXT NOT NULL,
  value,
  unit REAL,
  PRIMARY KEY(trial_id, name)
) WITHOUT ROWID;
INSERT INTO params VALUES(1,'hidden','[2]',NULL);
INSERT INTO params VALUES(1,'learning_rate',0.65765933615292415659,0.90900049487644385415);
INSERT INTO params VALUES(2,'hidden','[4]',NULL);
INSERT INTO params VALUES(2,'learning_rate',0.061104088685666815838,0.39303513567948594742);
INSERT INTO params VALUES(3,'hidden','[4]',NULL);
INSERT INTO params VALUES(3,'learning_rate',0.013774464394366730396,0.06953736038284222265);
INSERT INTO params VALUES(4,'hidden','[2]',NULL);
INSERT INTO params VALUES(4,'learning_rate',0.8549556632321945182,0.965971796713286035);
CREATE TABLE replicates(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  replicate INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  fold INTEGER,
  state TEXT NOT NULL,
  value REAL,
  best_epoch INTEGER,
  epochs_done INTEGER NOT NULL DEFAULT 0,
  seconds REAL,
  PRIMARY KEY(trial_id, replicate)
) WITHOUT ROWID;
INSERT INTO replicates VALUES(1,0,2592305203177873,NULL,'complete',0.68244262704539915276,2,3,0.06759673200000000659);
INSERT INTO replicates VALUES(2,0,1465331914679292,NULL,'complete',0.64267881539661209089,3,3,0.00049282500000000001218);
INSERT INTO replicates VALUES(3,0,277612430908232,NULL,'complete',0.67667358274359046266,3,3,0.00050812299999999997312);
INSERT INTO replicates VALUES(4,0,6169973268829524,NULL,'complete',0.61287282283569544105,3,3,0.00022489200000000000097);
CREATE TABLE epochs(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  replicate INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL,
  train_loss REAL,
  train_accuracy REAL,
  val_loss REAL,
  val_accuracy REAL,
  learning_rate REAL,
  grad_norm REAL,
  weight_norm REAL,
  update_ratio REAL,
  seconds REAL,
  nonfinite TEXT,
  PRIMARY KEY(trial_id, replicate, epoch)
) WITHOUT ROWID;
INSERT INTO epochs VALUES(1,0,1,0.86495070027565823522,0.5,0.69514112914456027692,0.25,0.65765933615292415659,0.61484186304181931426,2.086021857041186589,0.1358128489355674151,0.043231245000000001477,NULL);
INSERT INTO epochs VALUES(1,0,2,0.69514112914456027692,0.25,0.68244262704539915276,0.5,0.65765933615292415659,0.23513150628784010298,1.9437753883028576762,0.1780063078459127035,2.9155000000000001227e-05,NULL);
INSERT INTO epochs VALUES(1,0,3,0.68244262704539904174,0.5,0.75249339686493232903,0.5,0.65765933615292415659,0.21149148540175013999,1.8635815735378560287,0.11694013309540089717,2.6118999999999998446e-05,NULL);
INSERT INTO epochs VALUES(2,0,1,0.65994475429463661519,0.75,0.65693879674890287567,0.75,0.061104088685666815838,0.23159504465254435179,3.3010973795756104465,0.0039569253231453594549,0.0001301440000000000062,NULL);
INSERT INTO epochs VALUES(2,0,2,0.65693879674890276465,0.75,0.6508951700327425538,0.75,0.061104088685666815838,0.23490166152036484614,3.3025026042864347175,0.0074951974618983141854,2.7120000000000001228e-05,NULL);
INSERT INTO epochs VALUES(2,0,3,0.6508951700327425538,0.75,0.64267881539661209089,0.75,0.061104088685666815838,0.2328731600795165002,3.3049386152000614913,0.01064222549013457697,3.4072999999999997169e-05,NULL);
INSERT INTO epochs VALUES(3,0,1,0.68063857103081992772,0.75,0.67998924546317063288,0.5,0.013774464394366730396,0.30719286935259537685,3.9640983135754326305,0.00077716562735244756887,0.00033436700000000001923,NULL);
INSERT INTO epochs VALUES(3,0,2,0.67998924546317063288,0.5,0.67863730697706448058,0.5,0.013774464394366730396,0.23743244703139207429,3.9640945391762669736,0.001472878386136177017,3.0267000000000000067e-05,NULL);
INSERT INTO epochs VALUES(3,0,3,0.6786373069770645916,0.5,0.67667358274359046266,0.5,0.013774464394366730396,0.23619186840738221055,3.9641100709303720428,0.0020937290221930003782,2.925500000000000027e-05,NULL);
INSERT INTO epochs VALUES(4,0,1,0.67198189878437541988,0.75,0.65647224716364915853,0.5,0.8549556632321945182,0.1971028908332281837,1.7752048604739985027,0.075624049096172790696,5.017399999999999768e-05,NULL);
INSERT INTO epochs VALUES(4,0,2,0.65647224716364926955,0.5,0.63018833467641166556,0.5,0.8549556632321945182,0.22637629567445510803,1.805701888305714764,0.11561092326170992194,2.8442999999999998557e-05,NULL);
INSERT INTO epochs VALUES(4,0,3,0.63018833467641166556,0.5,0.61287282283569544105,0.5,0.8549556632321945182,0.13444443407842593396,1.8989364612267758403,0.14659016668793320437,2.6018999999999999402e-05,NULL);
CREATE TABLE metrics(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  replicate INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL,
  name TEXT NOT NULL,
  value REAL,
  PRIMARY KEY(trial_id, name, replicate, epoch)
) WITHOUT ROWID;
INSERT INTO metrics VALUES(1,0,1,'activation_mean_1',0.79225155031599570065);
INSERT INTO metrics VALUES(1,0,2,'activation_mean_1',0.62170529912691563367);
INSERT INTO metrics VALUES(1,0,3,'activation_mean_1',0.4898714013397693634);
INSERT INTO metrics VALUES(1,0,1,'activation_std_1',0.64458157500392532224);
INSERT INTO metrics VALUES(1,0,2,'activation_std_1',0.6290213954670661467);
INSERT INTO metrics VALUES(1,0,3,'activation_std_1',0.63462124481697079758);
INSERT INTO metrics VALUES(1,0,1,'dead_units_1',0.0);
INSERT INTO metrics VALUES(1,0,2,'dead_units_1',0.0);
INSERT INTO metrics VALUES(1,0,3,'dead_units_1',0.0);
INSERT INTO metrics VALUES(1,0,1,'delta_std_1',0.083436698220615626575);
INSERT INTO metrics VALUES(1,0,2,'delta_std_1',0.060387135040279565911);
INSERT INTO metrics VALUES(1,0,3,'delta_std_1',0.054740254355490944315);
INSERT INTO metrics VALUES(1,0,1,'gradient_mean_1',0.077300231409026309847);
INSERT INTO metrics VALUES(1,0,2,'gradient_mean_1',0.020030423067510128021);
INSERT INTO metrics VALUES(1,0,3,'gradient_mean_1',-0.0050414511933922767639);
INSERT INTO metrics VALUES(1,0,1,'gradient_mean_2',-0.28894336521625518798);
INSERT INTO metrics VALUES(1,0,2,'gradient_mean_2',-0.089516744017601013183);
INSERT INTO metrics VALUES(1,0,3,'gradient_mean_2',0.11324063688516616821);
INSERT INTO metrics VALUES(1,0,1,'gradient_std_1',0.078799587903275486455);
INSERT INTO metrics VALUES(1,0,2,'gradient_std_1',0.031904716378395536757);
INSERT INTO metrics VALUES(1,0,3,'gradient_std_1',0.030521476935060236346);
INSERT INTO metrics VALUES(1,0,1,'gradient_std_2',0.019855573773384094238);
INSERT INTO metrics VALUES(1,0,2,'gradient_std_2',0.020599506795406341552);
INSERT INTO metrics VALUES(1,0,3,'gradient_std_2',0.00097475200891494750976);
INSERT INTO metrics VALUES(1,0,0,'initial_loss',0.86495070027565823522);
INSERT INTO metrics VALUES(1,0,1,'update_ratio_1',0.072191033164872464578);
INSERT INTO metrics VALUES(1,0,2,'update_ratio_1',0.09380044018190165922);
INSERT INTO metrics VALUES(1,0,3,'update_ratio_1',0.071310771280525625526);
INSERT INTO metrics VALUES(1,0,1,'update_ratio_2',0.26518446180271515455);
INSERT INTO metrics VALUES(1,0,2,'update_ratio_2',0.3900188425345675891);
INSERT INTO metrics VALUES(1,0,3,'update_ratio_2',0.2607350541213612205);
INSERT INTO metrics VALUES(1,0,1,'val_auc',0.5);
INSERT INTO metrics VALUES(1,0,2,'val_auc',0.75);
INSERT INTO metrics VALUES(1,0,3,'val_auc',0.75);
INSERT INTO metrics VALUES(1,0,1,'val_balanced_accuracy',0.25);
INSERT INTO metrics VALUES(1,0,2,'val_balanced_accuracy',0.5);
INSERT INTO metrics VALUES(1,0,3,'val_balanced_accuracy',0.5);
INSERT INTO metrics VALUES(1,0,1,'val_f1',0.2000000000000000111);
INSERT INTO metrics VALUES(1,0,2,'val_f1',0.33333333333333331482);
INSERT INTO metrics VALUES(1,0,3,'val_f1',0.33333333333333331482);
INSERT INTO metrics VALUES(2,0,1,'activation_mean_1',0.24638434108010187628);
INSERT INTO metrics VALUES(2,0,2,'activation_mean_1',0.24504280793962607276);
INSERT INTO metrics VALUES(2,0,3,'activation_mean_1',0.24258920322836274863);
INSERT INTO metrics VALUES(2,0,1,'activation_std_1',0.49128063828698398385);
INSERT INTO metrics VALUES(2,0,2,'activation_std_1',0.49153333252657360752);
INSERT INTO metrics VALUES(2,0,3,'activation_std_1',0.49164588325179414685);
INSERT INTO metrics VALUES(2,0,1,'dead_units_1',0.25);
INSERT INTO metrics VALUES(2,0,2,'dead_units_1',0.25);
INSERT INTO metrics VALUES(2,0,3,'dead_units_1',0.25);
INSERT INTO metrics VALUES(2,0,1,'delta_std_1',0.041127177427305192103);
INSERT INTO metrics VALUES(2,0,2,'delta_std_1',0.04831349076951872018);
INSERT INTO metrics VALUES(2,0,3,'delta_std_1',0.047965199176434096528);
INSERT INTO metrics VALUES(2,0,1,'gradient_mean_1',0.0072984200378414243459);
INSERT INTO metrics VALUES(2,0,2,'gradient_mean_1',0.0073387760057812556624);
INSERT INTO metrics VALUES(2,0,3,'gradient_mean_1',0.007292175541806500405);
INSERT INTO metrics VALUES(2,0,1,'gradient_mean_2',-0.062925740610808134078);
INSERT INTO metrics VALUES(2,0,2,'gradient_mean_2',-0.062610701657831668853);
INSERT INTO metrics VALUES(2,0,3,'gradient_mean_2',-0.062438644934445619583);
INSERT INTO metrics VALUES(2,0,1,'gradient_std_1',0.020950041385341167804);
INSERT INTO metrics VALUES(2,0,2,'gradient_std_1',0.020998201251632188368);
INSERT INTO metrics VALUES(2,0,3,'gradient_std_1',0.020943062495517562882);
INSERT INTO metrics VALUES(2,0,1,'gradient_std_2',0.080473123569326038273);
INSERT INTO metrics VALUES(2,0,2,'gradient_std_2',0.07991720539473753937);
INSERT INTO metrics VALUES(2,0,3,'gradient_std_2',0.078895114067388028011);
INSERT INTO metrics VALUES(2,0,0,'initial_loss',0.65994475429463661519);
INSERT INTO metrics VALUES(2,0,1,'update_ratio_1',0.0012464277166526181468);
INSERT INTO metrics VALUES(2,0,2,'update_ratio_1',0.002371129203252452227);
INSERT INTO metrics VALUES(2,0,3,'update_ratio_1',0.003377888268788435417);
INSERT INTO metrics VALUES(2,0,1,'update_ratio_2',0.010438206247402577811);
INSERT INTO metrics VALUES(2,0,2,'update_ratio_2',0.019752846991955685246);
INSERT INTO metrics VALUES(2,0,3,'update_ratio_2',0.028001187928837819457);
INSERT INTO metrics VALUES(2,0,1,'val_auc',0.75);
INSERT INTO metrics VALUES(2,0,2,'val_auc',0.75);
INSERT INTO metrics VALUES(2,0,3,'val_auc',0.75);
INSERT INTO metrics VALUES(2,0,1,'val_balanced_accuracy',0.75);
INSERT INTO metrics VALUES(2,0,2,'val_balanced_accuracy',0.75);
INSERT INTO metrics VALUES(2,0,3,'val_balanced_accuracy',0.75);
INSERT INTO metrics VALUES(2,0,1,'val_f1',0.73333333333333339254);
INSERT INTO metrics VALUES(2,0,2,'val_f1',0.73333333333333339254);
INSERT INTO metrics VALUES(2,0,3,'val_f1',0.73333333333333339254);
INSERT INTO metrics VALUES(3,0,1,'activation_mean_1',0.35261520055973960552);
INSERT INTO metrics VALUES(3,0,2,'activation_mean_1',0.35307287849354906938);
INSERT INTO metrics VALUES(3,0,3,'activation_mean_1',0.35348846108536235988);
INSERT INTO metrics VALUES(3,0,1,'activation_std_1',0.5441592773780560277);
INSERT INTO metrics VALUES(3,0,2,'activation_std_1',0.54371712812348038657);
INSERT INTO metrics VALUES(3,0,3,'activation_std_1',0.54313825109778501865);
INSERT INTO metrics VALUES(3,0,1,'dead_units_1',0.25);
INSERT INTO metrics VALUES(3,0,2,'dead_units_1',0.25);
INSERT INTO metrics VALUES(3,0,3,'dead_units_1',0.25);
INSERT INTO metrics VALUES(3,0,1,'delta_std_1',0.049807568705296061117);
INSERT INTO metrics VALUES(3,0,2,'delta_std_1',0.078409980129369422074);
INSERT INTO metrics VALUES(3,0,3,'delta_std_1',0.078243315902521565208);
INSERT INTO metrics VALUES(3,0,1,'gradient_mean_1',-0.021600228428724221885);
INSERT INTO metrics VALUES(3,0,2,'gradient_mean_1',-0.021506910707103088498);
INSERT INTO metrics VALUES(3,0,3,'gradient_mean_1',-0.021431671571917831897);
INSERT INTO metrics VALUES(3,0,1,'gradient_mean_2',0.031588427489623427391);
INSERT INTO metrics VALUES(3,0,2,'gradient_mean_2',0.031385472742840647697);
INSERT INTO metrics VALUES(3,0,3,'gradient_mean_2',0.030889201909303665161);
INSERT INTO metrics VALUES(3,0,1,'gradient_std_1',0.066899940699056179016);
INSERT INTO metrics VALUES(3,0,2,'gradient_std_1',0.066569142495065306008);
INSERT INTO metrics VALUES(3,0,3,'gradient_std_1',0.066170702155918761921);
INSERT INTO metrics VALUES(3,0,1,'gradient_std_2',0.040292767277386898339);
INSERT INTO metrics VALUES(3,0,2,'gradient_std_2',0.040157379255337237455);
INSERT INTO metrics VALUES(3,0,3,'gradient_std_2',0.039837770145657425135);
INSERT INTO metrics VALUES(3,0,0,'initial_loss',0.68063857103082003874);
INSERT INTO metrics VALUES(3,0,1,'update_ratio_1',0.00079085490332924974089);
INSERT INTO metrics VALUES(3,0,2,'update_ratio_1',0.0014987625621323376941);
INSERT INTO metrics VALUES(3,0,3,'update_ratio_1',0.0021313484520569213331);
INSERT INTO metrics VALUES(3,0,1,'update_ratio_2',0.00073128733851815551705);
INSERT INTO metrics VALUES(3,0,2,'update_ratio_2',0.0013861376017382221435);
INSERT INTO metrics VALUES(3,0,3,'update_ratio_2',0.0019675470495127654613);
INSERT INTO metrics VALUES(3,0,1,'val_auc',0.5);
INSERT INTO metrics VALUES(3,0,2,'val_auc',0.5);
INSERT INTO metrics VALUES(3,0,3,'val_auc',0.5);
INSERT INTO metrics VALUES(3,0,1,'val_balanced_accuracy',0.5);
INSERT INTO metrics VALUES(3,0,2,'val_balanced_accuracy',0.5);
INSERT INTO metrics VALUES(3,0,3,'val_balanced_accuracy',0.5);
INSERT INTO metrics VALUES(3,0,1,'val_f1',0.33333333333333331482);
INSERT INTO metrics VALUES(3,0,2,'val_f1',0.33333333333333331482);
INSERT INTO metrics VALUES(3,0,3,'val_f1',0.33333333333333331482);
INSERT INTO metrics VALUES(4,0,1,'activation_mean_1',0.31477940082550048828);
INSERT INTO metrics VALUES(4,0,2,'activation_mean_1',0.28590462543070316314);
INSERT INTO metrics VALUES(4,0,3,'activation_mean_1',0.26814512163400650024);
INSERT INTO metrics VALUES(4,0,1,'activation_std_1',0.38875781380765567218);
INSERT INTO metrics VALUES(4,0,2,'activation_std_1',0.36820552743907392079);
INSERT INTO metrics VALUES(4,0,3,'activation_std_1',0.34897492376861510843);
INSERT INTO metrics VALUES(4,0,1,'dead_units_1',0.0);
INSERT INTO metrics VALUES(4,0,2,'dead_units_1',0.0);
INSERT INTO metrics VALUES(4,0,3,'dead_units_1',0.0);
INSERT INTO metrics VALUES(4,0,1,'delta_std_1',0.054020742459599431495);
INSERT INTO metrics VALUES(4,0,2,'delta_std_1',0.077241491179124779908);
INSERT INTO metrics VALUES(4,0,3,'delta_std_1',0.068210679786440173155);
INSERT INTO metrics VALUES(4,0,1,'gradient_mean_1',-0.02910113893449306488);
INSERT INTO metrics VALUES(4,0,2,'gradient_mean_1',0.026869401335716247558);
INSERT INTO metrics VALUES(4,0,3,'gradient_mean_1',-0.030616045929491519927);
INSERT INTO metrics VALUES(4,0,1,'gradient_mean_2',-0.06362907402217388153);
INSERT INTO metrics VALUES(4,0,2,'gradient_mean_2',-0.048653006553649902343);
INSERT INTO metrics VALUES(4,0,3,'gradient_mean_2',-0.037118437699973583221);
INSERT INTO metrics VALUES(4,0,1,'gradient_std_1',0.055463093117638175011);
INSERT INTO metrics VALUES(4,0,2,'gradient_std_1',0.058704341193301479151);
INSERT INTO metrics VALUES(4,0,3,'gradient_std_1',0.04167991852153282023);
INSERT INTO metrics VALUES(4,0,1,'gradient_std_2',0.021080473437905311584);
INSERT INTO metrics VALUES(4,0,2,'gradient_std_2',0.011611562222242355346);
INSERT INTO metrics VALUES(4,0,3,'gradient_std_2',0.0079013938084244728088);
INSERT INTO metrics VALUES(4,0,0,'initial_loss',0.67198189878437530886);
INSERT INTO metrics VALUES(4,0,3,'test_accuracy',0.5);
INSERT INTO metrics VALUES(4,0,3,'test_auc',0.75);
INSERT INTO metrics VALUES(4,0,3,'test_balanced_accuracy',0.5);
INSERT INTO metrics VALUES(4,0,3,'test_f1',0.5);
INSERT INTO metrics VALUES(4,0,3,'test_loss',0.61287282283569544105);
INSERT INTO metrics VALUES(4,0,1,'update_ratio_1',0.084280503347967550276);
INSERT INTO metrics VALUES(4,0,2,'update_ratio_1',0.12276397885422084266);
INSERT INTO metrics VALUES(4,0,3,'update_ratio_1',0.16109473630187493009);
INSERT INTO metrics VALUES(4,0,1,'update_ratio_2',0.06532200161046368414);
INSERT INTO metrics VALUES(4,0,2,'update_ratio_2',0.10757124826940379913);
INSERT INTO metrics VALUES(4,0,3,'update_ratio_2',0.12917632271903720098);
INSERT INTO metrics VALUES(4,0,1,'val_auc',0.5);
INSERT INTO metrics VALUES(4,0,2,'val_auc',0.5);
INSERT INTO metrics VALUES(4,0,3,'val_auc',0.75);
INSERT INTO metrics VALUES(4,0,1,'val_balanced_accuracy',0.5);
INSERT INTO metrics VALUES(4,0,2,'val_balanced_accuracy',0.5);
INSERT INTO metrics VALUES(4,0,3,'val_balanced_accuracy',0.5);
INSERT INTO metrics VALUES(4,0,1,'val_f1',0.5);
INSERT INTO metrics VALUES(4,0,2,'val_f1',0.5);
INSERT INTO metrics VALUES(4,0,3,'val_f1',0.5);
CREATE TABLE events(
  event_id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  sweep_id INTEGER REFERENCES sweeps ON DELETE CASCADE,
  trial_id INTEGER REFERENCES trials ON DELETE CASCADE,
  kind TEXT NOT NULL,
  detail_json TEXT
);
INSERT INTO events VALUES(1,'2026-11-30T07:35:58.158Z',1,NULL,'run_started','{"fingerprint":"AMD EPYC, family 25, model 1, stepping 1 | oneDNN 2.6.3, avx2 | build c1d6af8f838eed7885392d6b258a62c8631f3e5a","workers":1,"run_cap":4}');
INSERT INTO events VALUES(2,'2026-11-30T07:35:58.160Z',1,NULL,'stage_started','{"stage":0,"trials":4,"points":"random","epochs":3,"carried":[],"axes":[]}');
INSERT INTO events VALUES(3,'2026-11-30T07:35:58.281Z',1,NULL,'run_ended','{"reason":"run_cap","state":"complete"}');
CREATE TABLE artifacts(
  trial_id INTEGER NOT NULL REFERENCES trials ON DELETE CASCADE,
  name TEXT NOT NULL,          -- what it is: weights
  path TEXT NOT NULL,          -- from the folder of the database
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY(trial_id, name)
) WITHOUT ROWID;
INSERT INTO artifacts VALUES(4,'predictions','old.db.files/sweep1/best.predictions.json',821,'5a8d64968a37f619e118b6bdae831aa9bf99c9acc7cdca700e4d4714f848da7a');
INSERT INTO artifacts VALUES(4,'weights','old.db.files/sweep1/best.safetensors',1396,'6365c9a166d452b8b67e7cb58195ac76c88d4d6cad15469e4c6a9b2fa0e9d400');
CREATE TABLE earlier_trials(
  sweep_id INTEGER NOT NULL REFERENCES sweeps ON DELETE CASCADE,  -- the one that learns from them
  number INTEGER NOT NULL,     -- of the trial in its own sweep
  state TEXT NOT NULL CHECK(state IN ('complete', 'pruned', 'diverged')),
  score REAL,                  -- lower is better; NULL where there is none
  epochs INTEGER NOT NULL,     -- that it trained
  params_json TEXT NOT NULL,   -- as parameters of the sweep that learns
  source TEXT NOT NULL,        -- its database and its sweep: old.db:digits
  PRIMARY KEY(sweep_id, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX sweep_names ON sweeps(name COLLATE NOCASE);
CREATE INDEX ranked_trials ON trials(sweep_id, state, stage, score, number);
CREATE INDEX scored_trials ON trials(sweep_id, score);
CREATE INDEX sweep_events ON events(sweep_id, kind);
CREATE INDEX trial_events ON events(trial_id, kind);
CREATE VIEW leaderboard AS
SELECT s.name AS sweep,
  ROW_NUMBER() OVER (PARTITION BY s.name ORDER BY t.score, t.number) AS rank,
  t.number AS trial, t.trial_id, t.value, t.best_epoch, t.epochs_done, t.stage, t.seconds, t.seed,
  t.params_json
FROM sweeps s JOIN trials t ON t.sweep_id = s.sweep_id AND t.state = 'complete'
  AND t.stage = (SELECT MAX(x.stage) FROM trials x
                 WHERE x.sweep_id = s.sweep_id AND x.state = 'complete')
WHERE t.score IS NOT NULL;
CREATE VIEW best_trials AS
SELECT s.name AS sweep, 1 AS rank, t.number AS trial, t.trial_id, t.value, t.best_epoch,
  t.epochs_done, t.stage, t.seconds, t.seed, t.params_json
FROM sweeps s JOIN trials t ON t.trial_id =
  (SELECT x.trial_id FROM trials x
   WHERE x.sweep_id = s.sweep_id AND x.state = 'complete' AND x.score IS NOT NULL
     AND x.stage = (SELECT MAX(y.stage) FROM trials y
                    WHERE y.sweep_id = s.sweep_id AND y.state = 'complete')
   ORDER BY x.score, x.number LIMIT 1);
CREATE VIEW learning_curves AS
SELECT s.name AS sweep, t.number AS trial, t.state, e.*
FROM epochs e JOIN trials t USING(trial_id) JOIN sweeps s USING(sweep_id);
CREATE VIEW sweep_summary AS
SELECT s.name AS sweep, s.method, s.metric, s.goal, s.state,
  COUNT(t.trial_id) AS trials,
  COUNT(CASE t.state WHEN 'complete' THEN 1 END) AS complete,
  COUNT(CASE t.state WHEN 'pruned' THEN 1 END) AS pruned,
  COUNT(CASE t.state WHEN 'diverged' THEN 1 END) AS diverged,
  COUNT(CASE t.state WHEN 'failed' THEN 1 END) AS failed,
  COALESCE(SUM(t.epochs_done), 0) AS epochs,
  COALESCE(SUM(t.seconds), 0.0) AS seconds,
  (SELECT b.value FROM best_trials b WHERE b.sweep = s.name) AS best
FROM sweeps s LEFT JOIN trials t USING(sweep_id)
GROUP BY s.name;
CREATE INDEX artifact_paths ON artifacts(path);
CREATE VIEW "trials_old" AS
SELECT t.number AS trial, t.trial_id, t.state, t.value, t.score, t.stage, t.best_epoch, t.seconds,
  CAST((SELECT p.value FROM params p WHERE p.trial_id = t.trial_id AND p.name = 'hidden') AS TEXT) AS "hidden",
  CAST((SELECT p.value FROM params p WHERE p.trial_id = t.trial_id AND p.name = 'learning_rate') AS REAL) AS "learning_rate"
FROM trials t WHERE t.sweep_id = 1;
COMMIT;
