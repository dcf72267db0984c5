{#- Kind of the questions in a coach's words: open, closed or none. -#}
{% macro question_kind(said) -%}
    {{ target.schema }}.question_kind({{ said }})
{%- endmacro %}

{#- A pattern of the seed question_patterns as a regular expression; `auxiliaries` are alternatives separated by |. -#}
{% macro question_regex(pattern, auxiliaries) -%}
    replace(
        replace(
            replace({{ pattern }}, '<auxiliary>', '(' || {{ auxiliaries }} || ')(n''t)?'),
            ' ... ', '( \w+){0,2} '
        ), ' ', '\W+'
    )
{%- endmacro %}

{#- Whether a text holds one of the words, which are separated by |. -#}
{% macro holds_any(text, words) -%}
    {%- for word in words.split('|') -%}
        strpos({{ text }}, '{{ word | replace("'", "''") }}') > 0{{ ' or ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#-
    Makes the function question_kind(text) out of int_sessions__question_matchers, its only argument.

    A function and not an expression, because Postgres keeps a query with a subquery per row in one process, while
    a function may run in all of them; and the rules stand in its text, because a join with them would hide the
    index on transcript_id from whoever asks for one session. Letters are compared as bytes, so that every server
    gives the same answer.
-#}
{% macro create_question_kind(matchers) -%}
{%- if execute -%}
{%- set found = run_query('select * from ' ~ matchers) -%}
{%- set is = {} -%}
{%- for name, value in found.rows[0].items() -%}
{%- do is.update({name: "'" ~ value | replace("'", "''") ~ "'"}) -%}
{%- endfor -%}
create or replace function {{ matchers.schema }}.question_kind(said text)
returns text language plpgsql immutable strict parallel safe cost 2000 as $function$
declare
    plain text collate "C" := lower(replace(said, '’', '''') collate "C");
    sentence text collate "C";
    is_closed boolean := false;
begin
    -- With a question mark: the sentence that the mark ends, without its lead-ins. An open question outweighs
    -- a closed one. "!" ends a sentence too, and what follows the last question mark is no question.
    if strpos(plain, '?') > 0 then
        foreach sentence in array trim_array(
            string_to_array(replace(replace(plain, '!', '.'), '?.', '?'), '?'), 1
        ) loop
            sentence := regexp_replace(split_part(sentence, '.', -1), {{ is.lead_ins }}, '');
            if sentence = '' then
                continue; -- "Okay?", "Right?"
            elsif sentence ~ {{ is.open_start }} then
                if sentence !~ {{ is.open_but_closed }} then
                    return 'open';
                end if;
            elsif sentence ~ {{ is.closed_start }} then
                if sentence ~ {{ is.closed_but_open }} then
                    return 'open';
                end if;
            elsif ({{ holds_any('sentence', found.rows[0].open_clues) }}) and sentence ~ {{ is.open_inside }} then
                if sentence !~ {{ is.open_inside_but_closed }} then
                    return 'open';
                end if;
            elsif sentence ~ {{ is.remark }} or rtrim(said, E' \n"”') not like '%?' then
                continue; -- it gives back what the client said, or the coach talks on
            end if;
            is_closed := true;
        end loop;
        if is_closed then
            return 'closed';
        end if;
    end if;
    -- Without one: in the last sentence, where a clue hints at it.
    if {{ holds_any('plain', found.rows[0].unmarked_clues) }} then
        sentence := split_part(split_part(rtrim(plain, E' \n"”.-–—'), '?', -1), '.', -1);
        if sentence ~ {{ is.open_unmarked }} then
            return case when sentence ~ {{ is.open_inside_but_closed }} then 'closed' else 'open' end;
        elsif sentence ~ {{ is.closed_unmarked }} then
            return 'closed';
        end if;
    end if;
    return 'none';
end
$function$
{%- endif -%}
{%- endmacro %}
