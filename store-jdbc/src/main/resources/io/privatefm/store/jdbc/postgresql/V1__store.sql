create table pfm_namespace (
    learner            varchar(200) collate "C" not null primary key,
    ns_uid             char(32) not null unique,
    subjects           text not null,
    state              varchar(16) not null,
    foundation_release varchar(1000) not null,
    policy             text not null,
    legal_hold         boolean not null,
    checkpoint_version bigint not null,
    event_head         bigint not null,
    outbox_head        bigint not null,
    settled_head       bigint,
    settled_basis      char(64),
    revision           bigint not null
);

create table pfm_event (
    ns_uid       char(32) not null references pfm_namespace (ns_uid),
    seq          bigint not null,
    type         varchar(64) not null,
    type_version integer not null,
    payload      text not null,
    at           timestamp(6) with time zone not null,
    primary key (ns_uid, seq)
);

create table pfm_adapter (
    ns_uid        char(32) not null references pfm_namespace (ns_uid),
    subject       varchar(64) collate "C" not null,
    revision      integer not null,
    digest        char(64) not null,
    config_blob   char(64) not null,
    weights_blob  char(64) not null,
    changed_bytes bigint not null,
    trained_on    char(64),
    registered_at timestamp(6) with time zone not null,
    primary key (ns_uid, subject, revision)
);

create table pfm_checkpoint (
    ns_uid             char(32) not null references pfm_namespace (ns_uid),
    version            bigint not null,
    operation_id       varchar(200) not null unique,
    checkpoint_hash    char(64) not null,
    manifest_blob      char(64) not null,
    foundation_release varchar(1000) not null,
    foundation_hash    char(64) not null,
    created_at         timestamp(6) with time zone not null,
    primary key (ns_uid, version)
);

create table pfm_variant (
    ns_uid          char(32) not null,
    version         bigint not null,
    name            varchar(64) not null,
    content_hash    char(64) not null,
    plan_hash       char(64) not null,
    layout          varchar(16) not null,
    blob            char(64) not null,
    blob_bytes      bigint not null,
    changed_tensors integer not null,
    primary key (ns_uid, version, name),
    foreign key (ns_uid, version) references pfm_checkpoint (ns_uid, version)
);

create table pfm_lease (
    name       varchar(200) not null primary key,
    holder     varchar(200),
    fence      bigint not null,
    expires_at timestamp(6) with time zone not null
);

create table pfm_inbox (
    consumer   varchar(200) not null,
    message_id varchar(200) not null,
    at         timestamp(6) with time zone not null,
    primary key (consumer, message_id)
);

create table pfm_outbox (
    id            bigint generated always as identity primary key,
    ns_uid        char(32) not null references pfm_namespace (ns_uid),
    seq           bigint not null,
    event_id      varchar(200) not null,
    topic         varchar(64) not null,
    payload       text not null,
    at            timestamp(6) with time zone not null,
    claimed_until timestamp(6) with time zone,
    unique (ns_uid, seq)
);

create table pfm_audit (
    id           bigint generated always as identity primary key,
    chain        varchar(64) not null,
    seq          bigint not null,
    previous     char(64) not null,
    leaf         char(64) not null,
    actor        varchar(200) not null,
    action       varchar(64) not null,
    outcome      varchar(16) not null,
    operation_id varchar(200) not null,
    details      text not null,
    at           timestamp(6) with time zone not null,
    tree_index   bigint unique,
    unique (chain, seq)
);

create index pfm_audit_unsequenced on pfm_audit (tree_index, id);

create table pfm_tree_head (
    size bigint not null primary key,
    root char(64) not null,
    note text not null,
    at   timestamp(6) with time zone not null
);

create table pfm_orphan (
    ns_uid     char(32) not null references pfm_namespace (ns_uid),
    blob       char(64) not null,
    first_seen timestamp(6) with time zone not null,
    primary key (ns_uid, blob)
);

create table pfm_data_key (
    ns_uid     char(32) not null references pfm_namespace (ns_uid),
    generation bigint not null,
    key_id     char(32) not null unique,
    wrapped    text not null,
    created_at timestamp(6) with time zone not null,
    primary key (ns_uid, generation)
);
