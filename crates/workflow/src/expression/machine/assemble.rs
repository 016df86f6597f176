//! From the parser's tree to operations.

use minijinja::Value;
use minijinja::machinery::ast::{
    BinOpKind, Call, CallArg, CallType, Compare, CompareOpKind, Expr, IfExpr, UnaryOpKind,
};
use minijinja::machinery::{Span, parse_expr};
use minijinja::{Error, ErrorKind};

use super::{Operation, Operator, Place, Program};

/// Compiles an expression.
pub(in crate::expression) fn assemble(source: &str) -> Result<Program, Error> {
    let tree = parse_expr(source)?;
    let mut assembler = Assembler(Vec::new());
    assembler.expression(&tree)?;
    let last_filter = if let Expr::Filter(filter) = &tree { Some(filter.name.into()) } else { None };
    let calls_functions = assembler.0.iter().any(|operation| matches!(operation, Operation::Function(..)));
    Ok(Program { operations: assembler.0, calls_functions, last_filter })
}

/// A jump whose target is not known yet.
const LATER: usize = usize::MAX;

struct Assembler(Vec<Operation>);

impl Assembler {
    fn push(&mut self, operation: Operation) -> usize {
        self.0.push(operation);
        self.0.len() - 1
    }

    /// Lets the jump at `from` lead to what comes next.
    fn land(&mut self, from: usize) {
        let here = self.0.len();
        if let Some(
            Operation::Jump(target)
            | Operation::JumpIfFalse(target)
            | Operation::JumpIfFalseOrDiscard(target)
            | Operation::JumpIfTrueOrDiscard(target),
        ) = self.0.get_mut(from)
        {
            *target = here;
        }
    }

    fn all<'t, 's: 't>(&mut self, trees: impl IntoIterator<Item = &'t Expr<'s>>) -> Result<(), Error> {
        trees.into_iter().try_for_each(|tree| self.expression(tree))
    }

    fn expression(&mut self, tree: &Expr<'_>) -> Result<(), Error> {
        match tree {
            Expr::Var(variable) => {
                self.push(Operation::Load(variable.id.into(), place(variable.span())));
            }
            Expr::Const(constant) => {
                self.push(Operation::Push(constant.value.clone()));
            }
            Expr::Slice(slice) => {
                self.expression(&slice.expr)?;
                for bound in [&slice.start, &slice.stop, &slice.step] {
                    match bound {
                        Some(bound) => self.expression(bound)?,
                        None => {
                            self.push(Operation::Push(Value::from(())));
                        }
                    }
                }
                self.push(Operation::Slice);
            }
            Expr::UnaryOp(operation) => {
                self.expression(&operation.expr)?;
                self.push(match operation.op {
                    UnaryOpKind::Not => Operation::Not,
                    UnaryOpKind::Neg => Operation::Negate,
                });
            }
            Expr::BinOp(operation) => return self.binary(operation.op, &operation.left, &operation.right),
            Expr::Compare(compare) => return self.compare(compare),
            Expr::IfExpr(choice) => return self.choice(choice),
            Expr::Filter(filter) => {
                self.all(&filter.expr)?;
                let count = self.arguments(&filter.args)? + usize::from(filter.expr.is_some());
                self.push(Operation::Filter(filter.name.into(), count));
            }
            Expr::Test(test) => {
                self.expression(&test.expr)?;
                let count = self.arguments(&test.args)? + 1;
                self.push(Operation::Test(test.name.into(), count));
            }
            Expr::GetAttr(attribute) => {
                self.expression(&attribute.expr)?;
                self.push(Operation::Attribute(attribute.name.into(), path(tree, attribute.span())));
            }
            Expr::GetItem(item) => {
                self.all([&item.expr, &item.subscript_expr])?;
                self.push(Operation::Item(path(tree, item.span())));
            }
            Expr::Call(call) => return self.call(call),
            Expr::List(list) => {
                self.all(&list.items)?;
                self.push(Operation::List(list.items.len()));
            }
            Expr::Tuple(tuple) => {
                self.all(&tuple.items)?;
                self.push(Operation::List(tuple.items.len()));
            }
            Expr::Map(map) => {
                for (key, value) in map.keys.iter().zip(&map.values) {
                    self.all([key, value])?;
                }
                self.push(Operation::Map(map.keys.len()));
            }
        }
        Ok(())
    }

    fn binary(&mut self, kind: BinOpKind, left: &Expr<'_>, right: &Expr<'_>) -> Result<(), Error> {
        let operator = match kind {
            BinOpKind::ScAnd | BinOpKind::ScOr => {
                self.expression(left)?;
                let jump = self.push(if matches!(kind, BinOpKind::ScAnd) {
                    Operation::JumpIfFalseOrDiscard(LATER)
                } else {
                    Operation::JumpIfTrueOrDiscard(LATER)
                });
                self.expression(right)?;
                self.land(jump);
                return Ok(());
            }
            BinOpKind::Eq => Operator::Equal,
            BinOpKind::Ne => Operator::Unequal,
            BinOpKind::Lt => Operator::Less,
            BinOpKind::Lte => Operator::LessOrEqual,
            BinOpKind::Gt => Operator::Greater,
            BinOpKind::Gte => Operator::GreaterOrEqual,
            BinOpKind::Add => Operator::Add,
            BinOpKind::Sub => Operator::Subtract,
            BinOpKind::Mul => Operator::Multiply,
            BinOpKind::Div => Operator::Divide,
            BinOpKind::FloorDiv => Operator::DivideWhole,
            BinOpKind::Rem => Operator::Remainder,
            BinOpKind::Pow => Operator::Power,
            BinOpKind::Concat => Operator::Concatenate,
            BinOpKind::In => Operator::In,
        };
        self.all([left, right])?;
        self.push(Operation::Binary(operator));
        Ok(())
    }

    /// `a < b < c` is `a < b and b < c`, with `b` computed once.
    fn compare(&mut self, compare: &Compare<'_>) -> Result<(), Error> {
        self.expression(&compare.expr)?;
        let mut jumps = Vec::new();
        for (index, part) in compare.ops.iter().enumerate() {
            self.expression(&part.expr)?;
            let operator = comparison(part.op);
            if index + 1 == compare.ops.len() {
                self.push(Operation::Binary(operator));
            } else {
                self.push(Operation::Compare(operator));
                jumps.push(self.push(Operation::JumpIfFalseOrDiscard(LATER)));
            }
        }
        if !jumps.is_empty() {
            // Where a part was false, the right side of it is still there below the answer.
            let end = self.push(Operation::Jump(LATER));
            for jump in jumps {
                self.land(jump);
            }
            self.push(Operation::Swap);
            self.push(Operation::Discard);
            self.land(end);
        }
        Ok(())
    }

    fn choice(&mut self, choice: &IfExpr<'_>) -> Result<(), Error> {
        self.expression(&choice.test_expr)?;
        let to_else = self.push(Operation::JumpIfFalse(LATER));
        self.expression(&choice.true_expr)?;
        let to_end = self.push(Operation::Jump(LATER));
        self.land(to_else);
        match &choice.false_expr {
            Some(tree) => self.expression(tree)?,
            None => {
                self.push(Operation::PushNothing);
            }
        }
        self.land(to_end);
        Ok(())
    }

    fn call(&mut self, call: &Call<'_>) -> Result<(), Error> {
        match call.identify_call() {
            CallType::Function(name) => {
                let count = self.arguments(&call.args)?;
                self.push(Operation::Function(name.into(), count));
            }
            CallType::Method(_, name) | CallType::Block(name) => {
                self.push(Operation::Refuse(format!("values have no methods such as `{name}()`")));
            }
            CallType::Object(_) => {
                self.push(Operation::Refuse("only functions can be called".to_owned()));
            }
        }
        Ok(())
    }

    /// The arguments of a call; gives how many values they are.
    fn arguments(&mut self, arguments: &[CallArg<'_>]) -> Result<usize, Error> {
        let (mut count, mut keywords) = (0, 0);
        for argument in arguments {
            match argument {
                CallArg::Pos(value) => {
                    self.expression(value)?;
                    count += 1;
                }
                CallArg::Kwarg(..) => keywords += 1,
                CallArg::PosSplat(_) | CallArg::KwargSplat(_) => {
                    let message = "arguments are written out: `*` and `**` before one are not taken";
                    return Err(Error::new(ErrorKind::SyntaxError, message));
                }
            }
        }
        if keywords == 0 {
            return Ok(count);
        }
        for argument in arguments {
            if let CallArg::Kwarg(name, value) = argument {
                self.push(Operation::Push(Value::from(*name)));
                self.expression(value)?;
            }
        }
        self.push(Operation::Keywords(keywords));
        Ok(count + 1)
    }
}

fn place(span: Span) -> Place {
    // From 32 bits, which is what the longest expression needs by far.
    span.start_offset as usize..span.end_offset as usize
}

/// Where a path stands that ends at `end`: from its root on. Nowhere, where it does not begin with a name.
fn path(tree: &Expr<'_>, end: Span) -> Place {
    let mut part = tree;
    loop {
        part = match part {
            Expr::GetAttr(attribute) => &attribute.expr,
            Expr::GetItem(item) => &item.expr,
            Expr::Var(root) => return place(root.span()).start..place(end).end,
            _ => return 0..0,
        };
    }
}

const fn comparison(kind: CompareOpKind) -> Operator {
    match kind {
        CompareOpKind::Eq => Operator::Equal,
        CompareOpKind::Ne => Operator::Unequal,
        CompareOpKind::Lt => Operator::Less,
        CompareOpKind::Lte => Operator::LessOrEqual,
        CompareOpKind::Gt => Operator::Greater,
        CompareOpKind::Gte => Operator::GreaterOrEqual,
        CompareOpKind::In => Operator::In,
        CompareOpKind::NotIn => Operator::NotIn,
    }
}
