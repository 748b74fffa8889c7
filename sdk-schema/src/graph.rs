//! Topological order, for modules and for migrations with one stamp.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
};

/// Orders the nodes `0..nodes` so that for each edge `(a, b)` node `a` comes
/// before `b`; among nodes that are free the smallest comes first.
///
/// If that cannot be, returns the circles: sets of nodes each of which must
/// come before every other of its set.
pub(crate) fn sort(nodes: usize, edges: &[(usize, usize)]) -> Result<Vec<usize>, Vec<Vec<usize>>> {
    let mut waits_for = vec![0_usize; nodes];
    let mut next = vec![Vec::new(); nodes];
    for &(before, after) in edges {
        next[before].push(after);
        waits_for[after] += 1;
    }
    let free = (0..nodes).filter(|node| waits_for[*node] == 0);
    let mut free: BinaryHeap<_> = free.map(Reverse).collect();
    let mut order = Vec::with_capacity(nodes);
    while let Some(Reverse(node)) = free.pop() {
        order.push(node);
        for &after in &next[node] {
            waits_for[after] -= 1;
            if waits_for[after] == 0 {
                free.push(Reverse(after));
            }
        }
    }
    if order.len() == nodes {
        return Ok(order);
    }
    let stuck: BTreeSet<_> = (0..nodes).filter(|node| waits_for[*node] > 0).collect();
    Err(circles(&stuck, edges))
}

/// The circles among `stuck` nodes. Some of them only wait for a circle.
fn circles(stuck: &BTreeSet<usize>, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let inside = |edge: &&(usize, usize)| stuck.contains(&edge.0) && stuck.contains(&edge.1);
    let forward: Vec<_> = edges.iter().filter(inside).copied().collect();
    let backward: Vec<_> = forward.iter().map(|(a, b)| (*b, *a)).collect();
    let (forward, backward) = (adjacency(&forward), adjacency(&backward));
    let mut placed: BTreeSet<usize> = BTreeSet::new();
    let mut circles = Vec::new();
    for &node in stuck {
        if placed.contains(&node) {
            continue;
        }
        let ahead = reachable(node, &forward);
        if ahead.contains(&node) {
            let behind = reachable(node, &backward);
            let circle: Vec<_> = ahead.intersection(&behind).copied().collect();
            placed.extend(circle.iter().copied());
            circles.push(circle);
        }
    }
    circles
}

type Adjacency = std::collections::BTreeMap<usize, Vec<usize>>;

fn adjacency(edges: &[(usize, usize)]) -> Adjacency {
    let mut next = Adjacency::new();
    for &(from, to) in edges {
        next.entry(from).or_default().push(to);
    }
    next
}

/// The nodes that a walk of one step or more from `start` can reach.
fn reachable(start: usize, next: &Adjacency) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        for &neighbour in next.get(&node).into_iter().flatten() {
            if reached.insert(neighbour) {
                open.push(neighbour);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smallest_free_node_comes_first() {
        assert_eq!(sort(4, &[(3, 0), (2, 1)]), Ok(vec![2, 1, 3, 0]));
    }

    #[test]
    fn names_the_members_of_circles_only() {
        let edges = [(0, 1), (1, 0), (1, 2), (2, 3), (3, 3), (4, 0)];
        assert_eq!(sort(5, &edges), Err(vec![vec![0, 1], vec![3]]));
    }
}
