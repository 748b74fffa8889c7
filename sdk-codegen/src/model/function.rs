//! What a function needs to be a job or a step.

use quote::ToTokens;
use syn::{Abi, FnArg, GenericParam, ItemFn, ReturnType, Safety, Signature, Type};

use crate::faults::Faults;

/// The shape that a kind of function has.
pub(super) struct Shape {
    /// What the function is: `a job`.
    pub(super) what: &'static str,
    /// Its signature, as messages show it.
    pub(super) signature: &'static str,
    /// Whether its arguments are `&mut`.
    pub(super) exclusive: bool,
    /// How many arguments it takes: one or two.
    pub(super) arguments: usize,
}

impl Shape {
    /// Adds a fault for each part of the function that is not of this shape.
    pub(super) fn check(&self, function: &ItemFn, faults: &mut Faults) {
        let signature = &function.sig;
        let mut refuse = |found: &dyn ToTokens, reason: &str| {
            let message = format!("{} {reason}: expected `{}`", self.what, self.signature);
            faults.at(found.to_token_stream(), message);
        };
        if signature.asyncness.is_none() {
            refuse(&signature.fn_token, "is async");
        }
        if let Some((found, reason)) = extra_qualifier(signature) {
            refuse(found, reason);
        }
        for parameter in &signature.generics.params {
            if !matches!(parameter, GenericParam::Lifetime(_)) {
                refuse(parameter, "is not generic");
            }
        }
        if let Some((found, reason)) = self.wrong_argument(signature) {
            refuse(found, reason);
        }
        if let ReturnType::Default = &signature.output {
            refuse(&signature.ident, "returns a Result");
        }
    }

    fn wrong_argument<'a>(
        &self,
        signature: &'a Signature,
    ) -> Option<(&'a dyn ToTokens, &'static str)> {
        let (count, one_each) = match self.arguments {
            1 => ("takes one argument", "takes a reference"),
            _ => ("takes two arguments", "takes references"),
        };
        if signature.inputs.is_empty() {
            return Some((&signature.ident, count));
        }
        if let Some(extra) = signature.inputs.iter().nth(self.arguments) {
            return Some((extra, count));
        }
        let mut arguments = signature.inputs.iter();
        arguments.find_map(|argument| match argument {
            FnArg::Receiver(receiver) => Some((receiver as &dyn ToTokens, "is not a method")),
            FnArg::Typed(argument) => match &*argument.ty {
                Type::Reference(it) if it.mutability.is_some() == self.exclusive => None,
                other => Some((other as &dyn ToTokens, one_each)),
            },
        })
    }
}

fn extra_qualifier(signature: &Signature) -> Option<(&dyn ToTokens, &'static str)> {
    match signature {
        Signature {
            constness: Some(constness),
            ..
        } => Some((constness, "is not const")),
        Signature {
            safety: Safety::Unsafe(unsafety),
            ..
        } => Some((unsafety, "is not unsafe")),
        Signature {
            abi: Some(abi @ Abi { .. }),
            ..
        } => Some((abi, "is a function of Rust")),
        _ => None,
    }
}
