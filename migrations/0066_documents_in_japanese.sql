-- works with: 60
-- Documents can be in Japanese, too. Programs from before write theirs in English.

alter table organization
    drop constraint organization_language_known,
    add constraint organization_language_known check (language in ('en', 'de', 'ja'));

alter table client
    drop constraint client_language_known,
    add constraint client_language_known check (language in ('en', 'de', 'ja'));
