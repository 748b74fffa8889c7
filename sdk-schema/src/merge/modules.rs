//! The modules among themselves: names and `requires`.

use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashMap},
};

use super::MergeFault;
use crate::{BUILT_IN_MODULE, Manifest, Name, graph};

/// Who requires whom, by position in the list of modules.
pub(super) struct Requires {
    direct: Vec<Vec<usize>>,
    /// What each module requires through others as well; found when first asked for.
    all: Vec<OnceCell<Vec<usize>>>,
}

impl Requires {
    /// Reads `requires`; the built-in module is required by all others.
    /// Modules that are not linked are left out.
    pub(super) fn new(modules: &[Manifest]) -> Self {
        let positions = positions(modules);
        let built_in = positions.get(BUILT_IN_MODULE).copied();
        let direct = modules.iter().enumerate().map(|(own, module)| {
            let named = module.requires.iter();
            let named = named.filter_map(|name| positions.get(name.as_str()).copied());
            let implied = built_in.filter(|position| *position != own);
            named.chain(implied).collect()
        });
        Self {
            direct: direct.collect(),
            all: vec![OnceCell::new(); modules.len()],
        }
    }

    /// The modules that `module` requires, directly and through others; none
    /// if it requires itself, because a circle has its own fault and says
    /// nothing about order.
    pub(super) fn all_of(&self, module: usize) -> &[usize] {
        self.all[module].get_or_init(|| {
            let mut reached = BTreeSet::new();
            let mut open = vec![module];
            while let Some(current) = open.pop() {
                let next = self.direct[current].iter();
                open.extend(next.filter(|next| reached.insert(**next)));
            }
            if reached.contains(&module) {
                return Vec::new();
            }
            reached.into_iter().collect()
        })
    }

    fn edges(&self) -> Vec<(usize, usize)> {
        let edges = self.direct.iter().enumerate();
        edges
            .flat_map(|(module, required)| required.iter().map(move |r| (*r, module)))
            .collect()
    }
}

/// Puts the modules in order: required ones first, else by name. Of two modules
/// with one name the second is left out.
pub(super) fn arrange(manifests: Vec<Manifest>, faults: &mut Vec<MergeFault>) -> Vec<Manifest> {
    let mut modules = unique(manifests, faults);
    find_unlinked(&modules, faults);
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    let order = match graph::sort(modules.len(), &Requires::new(&modules).edges()) {
        Ok(order) => order,
        Err(circles) => {
            faults.extend(circles.iter().map(|circle| {
                let names = circle.iter().map(|module| modules[*module].name.clone());
                MergeFault::RequiresCircle {
                    modules: names.collect(),
                }
            }));
            return modules;
        }
    };
    let mut rank = vec![0; order.len()];
    for (place, module) in order.into_iter().enumerate() {
        rank[module] = place;
    }
    let mut ranked: Vec<_> = rank.into_iter().zip(modules).collect();
    ranked.sort_by_key(|(place, _)| *place);
    ranked.into_iter().map(|(_, module)| module).collect()
}

fn unique(manifests: Vec<Manifest>, faults: &mut Vec<MergeFault>) -> Vec<Manifest> {
    let mut modules: Vec<Manifest> = Vec::with_capacity(manifests.len());
    let mut seen: HashMap<Name, String> = HashMap::new();
    for manifest in manifests {
        match seen.get(&manifest.name) {
            None => {
                seen.insert(manifest.name.clone(), manifest.version.clone());
                modules.push(manifest);
            }
            Some(_) if manifest.name == BUILT_IN_MODULE => {
                let version = manifest.version;
                faults.push(MergeFault::NameReserved { version });
            }
            Some(other) => faults.push(MergeFault::NameTaken {
                first: other.min(&manifest.version).clone(),
                second: other.max(&manifest.version).clone(),
                module: manifest.name,
            }),
        }
    }
    modules
}

fn find_unlinked(modules: &[Manifest], faults: &mut Vec<MergeFault>) {
    let names: BTreeSet<_> = modules.iter().map(|module| &module.name).collect();
    for module in modules {
        let unlinked = module.requires.iter().filter(|name| !names.contains(name));
        faults.extend(unlinked.map(|required| {
            MergeFault::RequiredMissing {
                module: module.name.clone(),
                required: required.clone(),
                linked: names
                    .iter()
                    .map(|name| name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            }
        }));
    }
}

/// Where each module stands in the list.
pub(super) fn positions(modules: &[Manifest]) -> HashMap<&str, usize> {
    let names = modules.iter().map(|module| module.name.as_str());
    names.zip(0..).collect()
}
