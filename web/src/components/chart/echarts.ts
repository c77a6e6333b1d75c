// The parts of ECharts we use and nothing else; only charts import this, so that pages without charts do not fetch it.
import { GraphChart, LineChart, PieChart, SankeyChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use, type ComposeOption, type ECharts } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type {
  GraphSeriesOption, LineSeriesOption, PieSeriesOption, SankeySeriesOption,
} from 'echarts/charts'
import type { GridComponentOption, LegendComponentOption, TooltipComponentOption } from 'echarts/components'

use([
  GraphChart, LineChart, PieChart, SankeyChart,
  GridComponent, LegendComponent, TooltipComponent, SVGRenderer,
])

export type ChartOption = ComposeOption<
  | GraphSeriesOption | LineSeriesOption | PieSeriesOption | SankeySeriesOption
  | GridComponentOption | LegendComponentOption | TooltipComponentOption
>
export { init }
export type { ECharts }
