{% macro question_kind(text) -%}
    {{ target.schema }}.question_kind({{ text }})
{%- endmacro %}

{% macro question_regex(pattern, auxiliaries) -%}
    replace(
        replace(
            replace({{ pattern }}, '<auxiliary>', '(' || {{ auxiliaries }} || ')(n''t)?'),
            ' ... ', '( \w+){0,2} '
        ), ' ', '\W+'
    )
{%- endmacro %}

{% macro contains_any(text, words) -%}
    {%- for word in words.split('|') -%}
        strpos({{ text }}, '{{ word | replace("'", "''") }}') > 0{{ ' or ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#-
    A function instead of an expression: a query with a subquery per row runs in one process, a function that is
    parallel safe in all workers. The rules are part of its text, because a join with them would keep Postgres from
    using the index on transcript_id when one session is queried. Collation "C" makes the result independent of the
    server's locale.

    Not a dbt function resource: its text is made from the rows of a model, and Dagster selects models and seeds by
    name, so a function would never be part of a run.
-#}
{% macro create_question_kind(matchers) -%}
{%- if execute -%}
{%- set matcher = run_query('select * from ' ~ matchers).rows[0] -%}
{%- set literal = {} -%}
{%- for name, value in matcher.items() -%}
{%- do literal.update({name: "'" ~ value | replace("'", "''") ~ "'"}) -%}
{%- endfor -%}
create or replace function {{ matchers.schema }}.question_kind(utterance_text text)
returns text language plpgsql immutable strict parallel safe cost 2000 as $function$
declare
    plain text collate "C" := lower(replace(utterance_text, '’', '''') collate "C");
    sentence text collate "C";
    is_closed boolean := false;
begin
    -- With a question mark: the sentence before the mark, without its lead-ins. An open question takes precedence
    -- over a closed one. "!" ends a sentence too; text after the last question mark is ignored.
    if strpos(plain, '?') > 0 then
        foreach sentence in array trim_array(
            string_to_array(replace(replace(plain, '!', '.'), '?.', '?'), '?'), 1
        ) loop
            sentence := regexp_replace(split_part(sentence, '.', -1), {{ literal.lead_ins }}, '');
            if sentence = '' then
                continue; -- "Okay?", "Right?"
            elsif sentence ~ {{ literal.open_start }} then
                if sentence !~ {{ literal.open_but_closed }} then
                    return 'open';
                end if;
            elsif sentence ~ {{ literal.closed_start }} then
                if sentence ~ {{ literal.closed_but_open }} then
                    return 'open';
                end if;
            elsif ({{ contains_any('sentence', matcher.open_clues) }}) and sentence ~ {{ literal.open_inside }} then
                if sentence !~ {{ literal.open_inside_but_closed }} then
                    return 'open';
                end if;
            elsif sentence ~ {{ literal.remark }} or rtrim(utterance_text, E' \n"”') not like '%?' then
                continue; -- a reflection, or the coach continues with a statement
            end if;
            is_closed := true;
        end loop;
        if is_closed then
            return 'closed';
        end if;
    end if;
    -- Without a question mark: the last sentence, if the text contains a clue.
    if {{ contains_any('plain', matcher.unmarked_clues) }} then
        sentence := split_part(split_part(rtrim(plain, E' \n"”.-–—'), '?', -1), '.', -1);
        if sentence ~ {{ literal.open_unmarked }} then
            return case when sentence ~ {{ literal.open_inside_but_closed }} then 'closed' else 'open' end;
        elsif sentence ~ {{ literal.closed_unmarked }} then
            return 'closed';
        end if;
    end if;
    return 'none';
end
$function$
{%- endif -%}
{%- endmacro %}
