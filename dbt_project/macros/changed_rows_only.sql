{% macro changed_rows_only(key, ignored=['computed_at'], or_when='false') -%}
    select final.*
    from final
    {%- if is_incremental() %}
    {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='name') | reject('in', ignored) | list %}
    left join {{ this }} as recorded
        on
            {% for column in key %}final.{{ column }} = recorded.{{ column }} and {% endfor %}
            {{ is_selected_client('recorded.client_id') }}
    where
        recorded.{{ key[0] }} is null
        or row({% for column in columns %}final.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
        is distinct from row({% for column in columns %}recorded.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
        or {{ or_when }}
    {%- endif %}
{%- endmacro %}
