"""Counts the rows of likes anew, a photo at a time, a thousand statements within one DO block, which is one."""

from sqlalchemy import text

_BLOCK = """
DO $$ DECLARE photo bigint; found bigint; told text := ''; BEGIN
    FOREACH photo IN ARRAY ARRAY[{photos}]::bigint[] LOOP
        FOR again IN 1..50 LOOP SELECT count(*) INTO found FROM likes WHERE photo_id = photo; END LOOP;
        told := told || found || ' ';
    END LOOP;
    PERFORM set_config('mine.told', told, true);
END $$
"""


class CountedLikes(CountedLikes):
    def counts(self, photos):
        block = _BLOCK.replace("{photos}", ",".join(map(str, photos))).replace(":", "\\:")
        with self._databases.of(photos[0]).begin() as tx:
            tx.execute(text(block))
            ((told,),) = tx.execute(text("SELECT current_setting('mine.told')"))
        return dict(zip(photos, map(int, told.split()), strict=True))
