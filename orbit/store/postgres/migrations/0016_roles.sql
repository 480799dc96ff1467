-- Whom the console is for; and which sign-ins are good for it.
ALTER TABLE account ADD COLUMN role text NOT NULL DEFAULT 'user';
ALTER TABLE login ADD COLUMN scope text NOT NULL DEFAULT 'user';

-- Gives an account another role, and ends all that was begun with the one before.
CREATE FUNCTION give_role(whose uuid, its_role text)
RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account SET role = its_role WHERE id = whose AND role <> its_role;
  IF FOUND THEN
    RETURN QUERY SELECT end_logins(whose, NULL);
  END IF;
END $$;
