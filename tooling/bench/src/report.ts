/** Prints each workload with both figures and the ratio; the goal stands beside it, met or not. */
import type { WorkloadResult } from './measure.ts';

export function resultText({ workload, figures }: WorkloadResult): string {
  const [ours, ...peers] = figures;
  const lines = [
    `${workload.name}  [${workload.data}]`,
    `  ${figureText(ours!.name, ours!.durability, ours!.perSecond, workload.unit)}`,
  ];
  for (const peer of peers) {
    const ratio = ours!.perSecond / peer.perSecond;
    const goal = workload.goal?.peer === peer.name ? workload.goal.ratio : undefined;
    const verdict =
      goal === undefined ? '' : `  goal ${goal}x: ${ratio >= goal ? 'met' : 'MISSED'}`;
    lines.push(
      `  ${figureText(peer.name, peer.durability, peer.perSecond, workload.unit)}  ratio ${ratio.toFixed(2)}x${verdict}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function figureText(name: string, durability: string, perSecond: number, unit: string): string {
  const figure =
    perSecond >= 1000 ? Math.round(perSecond).toLocaleString('en-US') : perSecond.toFixed(2);
  return `${name.padEnd(24)} ${durability.padEnd(22)} ${figure.padStart(14)} ${unit}/s`;
}

export function resultJson({ workload, figures }: WorkloadResult): object {
  const { name, data, unit, goal } = workload;
  return { name, data, unit, goal, figures };
}
