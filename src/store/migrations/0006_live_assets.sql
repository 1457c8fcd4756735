-- The assets that were not deleted, in the order of the cluster-wide list, in which the assets of a namespace lie side by
-- side. Lists pass over no tombstones, of which a day of deleting may leave any number.
CREATE INDEX assets_live ON assets (namespace || '/' || name) WHERE deleted = 0;
