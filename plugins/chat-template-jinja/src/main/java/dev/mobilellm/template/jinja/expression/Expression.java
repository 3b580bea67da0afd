package dev.mobilellm.template.jinja.expression;

import dev.mobilellm.template.jinja.python.Arguments;
import dev.mobilellm.template.jinja.python.Callable;
import dev.mobilellm.template.jinja.python.Dict;
import dev.mobilellm.template.jinja.python.Members;
import dev.mobilellm.template.jinja.python.None;
import dev.mobilellm.template.jinja.python.Numbers;
import dev.mobilellm.template.jinja.python.Python;
import dev.mobilellm.template.jinja.python.TemplateProblem;
import dev.mobilellm.template.jinja.python.Tuple;
import dev.mobilellm.template.jinja.python.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A parsed expression. Immutable; safe for several threads. */
public sealed interface Expression {

  /**
   * Its value.
   *
   * @throws TemplateProblem where Python would raise an error, and where the value would not be
   *     exactly Python's
   */
  Object evaluate(Scope scope);

  /** A constant. */
  record Literal(Object value) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return value;
    }
  }

  /** A variable. */
  record Name(String name) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return scope.lookup(name);
    }
  }

  /** {@code [a, b]} or {@code (a, b)}. */
  record Sequence(List<Expression> items, boolean tuple) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      List<Object> values = new ArrayList<>(items.size());
      items.forEach(item -> values.add(item.evaluate(scope)));
      return tuple ? new Tuple(values) : values;
    }
  }

  /** {@code {key: value}}. */
  record Mapping(List<Expression> keys, List<Expression> values) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Dict dict = new Dict();
      for (int i = 0; i < keys.size(); i++) {
        dict.put(keys.get(i).evaluate(scope), values.get(i).evaluate(scope));
      }
      return dict;
    }
  }

  /** {@code value.name}. */
  record Attribute(Expression value, String name) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return Members.attribute(value.evaluate(scope), name);
    }
  }

  /** {@code value[key]}. */
  record Item(Expression value, Expression key) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return Members.item(value.evaluate(scope), key.evaluate(scope));
    }
  }

  /** {@code value[from:to:step]}; a literal None for what is left out. */
  record Slice(Expression value, Expression from, Expression to, Expression step)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return Members.slice(
          value.evaluate(scope), index(from, scope), index(to, scope), index(step, scope));
    }

    private static Long index(Expression bound, Scope scope) {
      Object index = bound.evaluate(scope);
      return index == None.NONE ? null : (Long) Numbers.integer(index);
    }
  }

  /** The arguments of a call, a filter or a test. */
  record Parameters(List<Expression> positional, Map<String, Expression> named) {

    static final Parameters NONE = new Parameters(List.of(), Map.of());

    Arguments evaluate(Scope scope) {
      if (positional.isEmpty() && named.isEmpty()) {
        return Arguments.NONE;
      }
      List<Object> values = new ArrayList<>(positional.size());
      positional.forEach(argument -> values.add(argument.evaluate(scope)));
      Map<String, Object> namedValues = new LinkedHashMap<>();
      named.forEach((name, argument) -> namedValues.put(name, argument.evaluate(scope)));
      return new Arguments(values, namedValues);
    }
  }

  /** {@code function(arguments)}. */
  record Call(Expression function, Parameters parameters) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return switch (function.evaluate(scope)) {
        case Callable callable -> callable.call(parameters.evaluate(scope));
        case Undefined undefined ->
            throw new TemplateProblem("'" + undefined.name() + "' is called and undefined");
        case Object other -> throw Python.unsupported("a call of " + Python.describe(other));
      };
    }
  }

  /** {@code value | name(arguments)}. */
  record Filter(Expression value, String name, Parameters parameters) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return Filters.apply(name, value.evaluate(scope), parameters.evaluate(scope));
    }
  }

  /** {@code value is name(arguments)}. */
  record Test(Expression value, String name, Parameters parameters) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return Tests.apply(name, value.evaluate(scope), parameters.evaluate(scope));
    }
  }

  /** {@code not value}. */
  record Not(Expression value) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return !Python.isTrue(value.evaluate(scope));
    }
  }

  /** {@code left and right}: one of the two values. */
  record And(Expression left, Expression right) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object value = left.evaluate(scope);
      return Python.isTrue(value) ? right.evaluate(scope) : value;
    }
  }

  /** {@code left or right}: one of the two values. */
  record Or(Expression left, Expression right) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object value = left.evaluate(scope);
      return Python.isTrue(value) ? value : right.evaluate(scope);
    }
  }

  /** {@code then if condition else otherwise}. */
  record Conditional(Expression condition, Expression then, Expression otherwise)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return (Python.isTrue(condition.evaluate(scope)) ? then : otherwise).evaluate(scope);
    }
  }

  /** {@code first < second <= third}: each pair must hold. */
  record Comparison(Expression first, List<String> operators, List<Expression> others)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object left = first.evaluate(scope);
      for (int i = 0; i < operators.size(); i++) {
        Object right = others.get(i).evaluate(scope);
        if (!holds(operators.get(i), left, right)) {
          return false;
        }
        left = right;
      }
      return true;
    }

    static boolean holds(String operator, Object left, Object right) {
      return switch (operator) {
        case "==" -> Python.areEqual(left, right);
        case "!=" -> !Python.areEqual(left, right);
        case "in" -> Python.contains(right, left);
        case "not in" -> !Python.contains(right, left);
        case "<" -> Python.compare(left, right) < 0;
        case "<=" -> Python.compare(left, right) <= 0;
        case ">" -> Python.compare(left, right) > 0;
        case ">=" -> Python.compare(left, right) >= 0;
        default -> throw new IllegalArgumentException(operator);
      };
    }
  }

  /** {@code left + right} and the other arithmetic operators. */
  record Arithmetic(String operator, Expression left, Expression right) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return Numbers.apply(operator, left.evaluate(scope), right.evaluate(scope));
    }
  }

  /** {@code -value} or {@code +value}. */
  record Sign(boolean negative, Expression value) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object number = value.evaluate(scope);
      return negative ? Numbers.negate(number) : Numbers.apply("+", number, 0L);
    }
  }

  /** {@code a ~ b ~ c}: all as text. */
  record Concatenation(List<Expression> parts) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      StringBuilder text = new StringBuilder();
      parts.forEach(part -> text.append(Python.print(part.evaluate(scope))));
      return text.toString();
    }
  }
}
