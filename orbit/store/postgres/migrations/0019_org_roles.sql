-- A policy is for whoever inherits from its role, too, as the node's own user does: now
-- only for who has entered the role, or a statement that has not would sweep all invites.
ALTER POLICY tenant ON org
  USING (id = this_org() AND current_user = 'orbit_tenant');
ALTER POLICY tenant ON org_member
  USING (org = this_org() AND current_user = 'orbit_tenant');
ALTER POLICY tenant ON org_invite
  USING (org = this_org() AND current_user = 'orbit_tenant');
ALTER POLICY own ON org_member
  USING (account = this_account() AND current_user = 'orbit_tenant');
ALTER POLICY own ON org
  USING (id IN (SELECT org FROM org_member WHERE account = this_account())
         AND current_user = 'orbit_tenant');
ALTER POLICY swept ON org_invite USING (current_user = 'orbit_sweeper');
