/**
 * The words of the grammar and where each may still be a name. Reserved are exactly PostgreSQL's reserved words; a word that
 * is not listed here is an ordinary identifier.
 *
 *   class           as column, table   as function, type   examples
 *   unreserved      yes                yes                 name, type, key, value
 *   column          yes                no                  timestamp, values, between
 *   function        no                 yes                 left, like, join
 *   reserved        no                 no                  select, from
 *
 * Any word is a label after AS. A label without AS must not be one of `LABEL_NEEDS_AS`.
 */
export type KeywordClass = 'unreserved' | 'column' | 'function' | 'reserved';

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

export const RESERVED = words(`
  all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
  current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct
  do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit
  localtime localtimestamp not null offset on only or order placing primary references returning select session_user
  some symmetric system_user table then to trailing true union unique user using variadic when where window with`);

export const FUNCTION_ONLY = words(`
  authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like
  natural notnull outer overlaps right similar tablesample verbose`);

export const COLUMN_ONLY = words(`
  between bit char character exists extract grouping interval national nchar overlay position precision row setof substring time
  timestamp trim values`);

export const UNRESERVED = words(`
  abort action add alter always at begin by cascade cascaded chain commit committed conflict copy cube current data
  deallocate deferred delete describe discard drop escape excluding exclude execute explain filter first following
  generated glob groups identity if ignore immediate include including index indexes insert isolation key last level
  local locked match materialized next no nothing nowait nulls of operator ordinality others over overriding partial
  partition pragma preceding prepare qualify range read recursive release rename repeatable replace reset respect restart
  restrict rollback rollup rows savepoint schema session sequence serializable set sets share show simple skip snapshot
  start stdin stdout stored system tables temp temporary ties transaction truncate try_cast type unbounded uncommitted
  unknown update vacuum valid validate varying view virtual within without work write zone`);

/** A column label that is one of these needs AS: it could also go on with the expression or end the select list. */
export const LABEL_NEEDS_AS: ReadonlySet<string> = new Set(
  words(`
  array as char character create day except fetch filter for from grant group having hour intersect into isnull limit
  minute month national notnull offset on order over overlaps precision returning second to union varying where window
  with within without year qualify`),
);

/** Words that are names elsewhere but never a table alias without AS: they go on with the statement. */
export const ALIAS_NEEDS_AS: ReadonlySet<string> = new Set(words('set qualify'));
