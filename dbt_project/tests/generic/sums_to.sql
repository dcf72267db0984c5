{% test sums_to(model, column, total) %}
    select sum({{ column }}) as sum_of_{{ column }}
    from {{ model }}
    having sum({{ column }}) is distinct from {{ total }}
{% endtest %}
