// The parts of ECharts we use and nothing else; only charts import this, so that pages without charts do not fetch it.
import { GraphChart, LineChart, PieChart, SankeyChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use, type ComposeOption, type ECharts } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type {
  GraphSeriesOption, LineSeriesOption, PieSeriesOption, SankeySeriesOption,
} from 'echarts/charts'
import type { AriaComponentOption, GridComponentOption, LegendComponentOption, TooltipComponentOption } from 'echarts/components'

use([
  GraphChart, LineChart, PieChart, SankeyChart,
  AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer,
])

export type ChartOption = ComposeOption<
  | GraphSeriesOption | LineSeriesOption | PieSeriesOption | SankeySeriesOption
  | AriaComponentOption | GridComponentOption | LegendComponentOption | TooltipComponentOption
>
export { init }
export type { ECharts }
