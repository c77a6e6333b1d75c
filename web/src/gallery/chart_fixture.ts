// Synthetic content for charts: every name and amount is made up.
import type { RelationEdge, RelationNode } from '@/components/chart/RelationChart.vue'

export const kSteps = [
  { id: 'identified', fen: 1_284_563_921 },
  { id: 'confirmed', fen: 842_119_300 },
  { id: 'decided', fen: 511_902_055 },
  { id: 'recovered', fen: 364_400_120 },
]
export const kShares = ['第一人民医院', '中医院', '康复医院', '乙县人民医院', '甲区社区卫生服务中心', '妇幼保健院', '同济药房', '口腔医院', '疗养院'].map(
  (name, i) => ({ id: `H${i}`, name: `示例市${name}`, fen: Math.round(380_000_000 / (i + 1.3)), count: Math.round(1900 / (i + 1)) }),
)
export const kMonths = Array.from({ length: 12 }, (_, i) => `2025-${String(i + 1).padStart(2, '0')}`)
export const kTrend = [
  { name: 'identified', values: kMonths.map((_, i) => Math.round(9e7 + 3e7 * Math.sin(i / 2))) },
  { name: 'confirmed', values: kMonths.map((_, i) => Math.round(6e7 + 2e7 * Math.sin(i / 2 - 0.5))) },
  { name: 'recovered', values: kMonths.map((_, i) => (i > 10 ? null : Math.round(2e7 + 3e6 * i))) },
]
export const kFlows = [
  { from: '识别', to: '核实', amount_fen: 842_119_300 },
  { from: '识别', to: '排除', amount_fen: 95_310_000 },
  { from: '核实', to: '决定', amount_fen: 511_902_055 },
  { from: '决定', to: '追回', amount_fen: 364_400_120 },
  { from: '决定', to: '核销', amount_fen: 1_020_000 },
  { from: '决定', to: '核实', amount_fen: 3_000_000 },
]
export const kNodes: RelationNode[] = [
  { id: 'h', name: '示例康复医院', kind: 'institution', weight: 60, lit: true },
  { id: 'd', name: '示例医师甲', kind: 'doctor', weight: 30 },
  ...Array.from({ length: 9 }, (_, i): RelationNode => ({ id: `p${i}`, name: `示*${i}`, kind: 'person', weight: 4 + i })),
]
export const kEdges: RelationEdge[] = [
  { from: 'd', to: 'h', label: '执业', weight: 12 },
  ...Array.from({ length: 9 }, (_, i): RelationEdge => ({ from: `p${i}`, to: i % 3 ? 'd' : 'h', label: '同日就诊', weight: 2 + ((i * 5) % 9) })),
]
