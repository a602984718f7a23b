-- works with: 60
-- What one credential did is listed, and its newest action is found, without looking at those of others.
create index action_of_token on action (organization_id, token_id, at desc, id desc) where token_id is not null;
